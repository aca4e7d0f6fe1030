// SPDX-License-Identifier: Apache-2.0

import Database
internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Services
internal import Storage

/// The form that starts a discussion. Replies are sent to the same address.
enum WritePost {
    static func show(_ visit: Visit) async throws -> Response {
        _ = try visit.member()
        let groups = try await groups(visit)
        let wanted = visit.query["group"].flatMap { name in groups.first { $0.isLocal && $0.username == name } }
        let main = groups.first { $0.isLocal && $0.username == Community.mainGroup }
        let chosen = (wanted ?? main).map { String(describing: $0.id) } ?? ""
        return page(
            visit, groups, FormState(["group": chosen, "visibility": Visibility.everyone.rawValue, "poll_days": "7"]))
    }

    /// Shows the form of a post or of an answer again, with what was typed.
    static func again(_ visit: Visit) async throws -> Response {
        _ = try visit.member()
        if let parent = ID<Post>(visit.given("in_reply_to")) {
            return try await Discussion.page(visit, id: parent, FormState())
        }
        if let event = ID<Event>(visit.given("event")) {
            return try await EventPage.page(visit, id: event, FormState())
        }
        return try await show(visit)
    }

    /// The limits for files of a post.
    static let files = UploadReceiver.Limits(fileBytes: MediaLimits.videoBytes, files: PostLimits.media)

    static func publish(_ sent: Submission) async throws -> Response {
        let visit = sent.visit
        let principal = try visit.principal()
        var draft = PostDraft(text: sent["text"])
        draft.title = sent["title"]
        draft.warning = sent["warning"]
        draft.visibility = Visibility(rawValue: sent["visibility"]) ?? .everyone
        draft.group = ID(sent["group"])
        draft.inReplyTo = ID(sent["in_reply_to"])
        draft.event = ID(sent["event"])
        draft.language = visit.t.language.rawValue
        if draft.inReplyTo == nil, draft.event == nil { draft.poll = sent.poll }
        draft.key = sent.onceKey
        do {
            draft.media = try await sent.handInPictures()
            let id = try await visit.services.publishPost(draft, as: principal)
            if let event = draft.event { return visit.redirect("/events/\(event)#post-\(id)", flash: .published) }
            return visit.redirect("/posts/\(id)#post-\(id)", flash: .published)
        } catch let error as ServiceError {
            var state = sent.state("text", "title", "warning", "visibility", "group")
            for name in Submission.pollFields { state.values[name] = sent[name] }
            let status = try state.take(error)
            if let parent = draft.inReplyTo {
                return try await Discussion.page(visit, id: parent, state, status: status)
            }
            if let event = draft.event { return try await EventPage.page(visit, id: event, state, status: status) }
            return page(visit, try await groups(visit), state, status: status)
        }
    }

    /// Returns the groups of this node, then those of other nodes that the member follows.
    private static func groups(_ visit: Visit) async throws -> [Account] {
        let (services, me) = (visit.services, try visit.member().account.id)
        return try await visit.database.read { db in
            let own = try services.writable(try Accounts.groups(in: db), by: me, in: db)
            return own.filter { $0.username != Community.agendaGroup } + (try Accounts.followedGroups(of: me, in: db))
        }
    }

    private static func page(
        _ visit: Visit, _ groups: [Account], _ state: FormState, status: HTTPResponse.Status = .ok
    ) -> Response {
        let t = visit.t
        let choices = groups.map { group in
            let label = group.isLocal ? group.shownName : t(.followedGroup, group.shownName, group.host)
            return Field.Choice(value: String(describing: group.id), label: label)
        }
        let nowhere = Field.Choice(value: "", label: t(.noGroup))
        let text = Field("text", t(.postText), .area(rows: 10)).with {
            $0.limit = PostLimits.text
            $0.hint = t(.textHint)
            $0.saysOptional = false
        }
        let content: HTML = """
            <h1>\(t(.writePost))</h1>\(visit.problems(state))
            \(visit.form("/posts", style: "sheet-form", files: visit.pages.uploads != nil, """
                \(visit.field(Field("title", t(.postTitle)).with { $0.limit = PostLimits.title }, state))
                \(visit.field(text, state))
                \(when(visit.pages.uploads != nil, visit.pictureFields(state)))\(visit.pollFields(state))
                \(visit.field(Field("group", t(.postGroup), .choice(choices + [nowhere])), state))
                \(visit.field(visibility(t), state))
                \(visit.onceField)\(visit.submit(t(.publish), cancel: "/discussions"))
                """))
            <p class="hint">\(t(.publicHint))</p>
            """
        let page = Page(t(.writePost), .discussions, content: content).with { $0.hasCorner = false }
        return visit.respond(page, status: status)
    }

    private static func visibility(_ t: Texts) -> Field {
        let choices: [Field.Choice] = [
            .init(value: Visibility.everyone.rawValue, label: t(.forEveryone)),
            .init(value: Visibility.unlisted.rawValue, label: t(.forUnlisted)),
            .init(value: Visibility.followers.rawValue, label: t(.forFollowers)),
            .init(value: Visibility.direct.rawValue, label: t(.forNamed)),
        ]
        return Field("visibility", t(.whoReads), .choice(choices))
    }
}
