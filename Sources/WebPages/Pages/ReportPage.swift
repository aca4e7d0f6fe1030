// SPDX-License-Identifier: Apache-2.0

import Database
internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Services
internal import Storage

/// The form with which a member reports a person, a post or an event to the moderators.
enum ReportPage {
    private struct Subject: Sendable {
        var account: Account
        var items: [ID<TimelineItem>] = []
        var excerpt = ""
        /// The page of what is reported.
        var path: String
    }

    static func show(_ visit: Visit) async throws -> Response {
        _ = try visit.member()
        let subject = try await find(visit, visit.query["post"], visit.query["event"], visit.query["account"])
        return page(
            visit, subject, FormState(values(visit.query["post"], visit.query["event"], visit.query["account"])))
    }

    static func send(_ sent: Submission) async throws -> Response {
        let visit = sent.visit
        let principal = try visit.principal()
        let subject = try await find(visit, sent["post"], sent["event"], sent["account"])
        var draft = ReportDraft(account: subject.account.id)
        draft.items = subject.items
        draft.comment = sent["comment"]
        draft.category = sent["category"].isEmpty ? "other" : sent["category"]
        draft.isForwarded = sent["forward"] == "yes"
        do {
            _ = try await visit.services.report(draft, as: principal)
            return visit.redirect(subject.path, flash: .reported)
        } catch let error as ServiceError {
            var state = sent.state("post", "event", "account", "comment", "category", "forward")
            let status = try state.take(error)
            return page(visit, subject, state, status: status)
        }
    }

    private static func values(_ post: String?, _ event: String?, _ account: String?) -> [String: String] {
        ["post": post ?? "", "event": event ?? "", "account": account ?? ""]
    }

    /// Finds what is reported, when the reader may see it.
    private static func find(
        _ visit: Visit, _ post: String?, _ event: String?, _ account: String?
    ) async throws -> Subject {
        let viewer = try visit.member().account.id
        let found = try await visit.database.read { db -> Subject? in
            if let id = post.flatMap({ ID<Post>($0) }) {
                return try PostViews.one(id, viewer: viewer, in: db).map {
                    Subject(
                        account: $0.author, items: [ID(id.rawValue)], excerpt: $0.post.headline, path: $0.post.path)
                }
            }
            if let id = event.flatMap({ ID<Event>($0) }) {
                return try EventViews.one(id, viewer: viewer, in: db).map {
                    Subject(
                        account: $0.owner, items: [ID(id.rawValue)], excerpt: $0.event.title, path: $0.event.path)
                }
            }
            guard let id = account.flatMap({ ID<Account>($0) }) else { return nil }
            return try Accounts.byID(id, in: db).flatMap { $0.isActive ? Subject(account: $0, path: $0.path) : nil }
        }
        guard let found, found.account.id != viewer else { throw ServiceError.notFound }
        return found
    }

    private static func page(
        _ visit: Visit, _ subject: Subject, _ state: FormState, status: HTTPResponse.Status = .ok
    ) -> Response {
        let t = visit.t
        let kinds: [Field.Choice] = [
            .init(value: "other", label: t(.reportOther)), .init(value: "violation", label: t(.reportViolation)),
            .init(value: "spam", label: t(.reportSpam)), .init(value: "legal", label: t(.reportLegal)),
        ]
        let comment = Field("comment", t(.reportComment), .area(rows: 4)).with {
            $0.limit = 1_000
            $0.hint = t(.reportCommentHint)
        }
        let content: HTML = """
            <h1>\(t(.report))</h1><p class="intro">\(t(.reportIntro))</p>
            <section class="panel"><p>\(AccountCard.link(subject.account))</p>
            \(when(!subject.excerpt.isEmpty, "<blockquote>\(subject.excerpt)</blockquote>"))</section>
            \(visit.problems(state))
            \(visit.form("/report", style: "sheet-form", """
                \(each(["post", "event", "account"]) { visit.hidden($0, state[$0]) })
                \(visit.field(Field("category", t(.reportKind), .choice(kinds)), state))\(visit.field(comment, state))
                \(when(!subject.account.isLocal, visit.checkbox("forward", t(.reportForward, subject.account.host), hint: t(.reportForwardHint), state)))
                \(visit.submit(t(.reportSend), cancel: subject.path))
                """))
            """
        let page = Page(t(.report), content: content).with {
            $0.isHidden = true
            $0.hasCorner = false
        }
        return visit.respond(page, status: status)
    }
}
