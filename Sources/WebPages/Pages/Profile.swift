// SPDX-License-Identifier: Apache-2.0

import Database
internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Services
internal import Storage

/// The page of a local or remote person, or of a remote group.
enum Profile {
    static func show(_ visit: Visit) async throws -> Response {
        let name = try visit.word()
        let account = try await visit.database.read { db in try Accounts.byHandle(Handle(name: name, host: ""), in: db)
        }
        guard let account, !account.isGroup, account.kind != .application else { throw ServiceError.notFound }
        return try await page(account, visit)
    }

    /// Redirects from `/@name`, the form that other software uses.
    static func redirect(_ visit: Visit) async throws -> Response {
        let name = try visit.word()
        let account = try await visit.database.read { db in try Accounts.byHandle(Handle(name: name, host: ""), in: db)
        }
        guard let account, account.kind != .application else { throw ServiceError.notFound }
        return visit.redirect(account.path)
    }

    /// Shows what this node knows of a remote account.
    static func showRemote(_ visit: Visit) async throws -> Response {
        let id: ID<Account> = try visit.id()
        guard let account = try await visit.database.read({ db in try Accounts.byID(id, in: db) }),
            account.kind != .application
        else { throw ServiceError.notFound }
        return account.isLocal ? visit.redirect(account.path) : try await page(account, visit)
    }

    private struct Content: Sendable {
        var account: Account
        var follow: Follow?
        var posts: [PostView]
        var older: Int64?
        var events: [EventView]
        var maySuspend = false
        var relation: AccountRelation?
        /// The local groups that follow the account, or asked to, for those who run them.
        var followers: [(group: Account, state: Follow.State)] = []
    }

    private static func page(_ account: Account, _ visit: Visit) async throws -> Response {
        guard account.isActive else { throw ServiceError.notFound }
        let (viewer, request, now, mode) = (visit.viewer, visit.listPage(), visit.now, visit.community.mode)
        let (services, principal) = (visit.services, visit.isModerator ? try? visit.principal() : nil)
        let content = try await visit.database.read { db in
            // Who waits for approval is not a member yet, and is shown to moderators only.
            if principal == nil, try !LocalAccounts.waiting(among: [account.id], in: db).isEmpty {
                throw ServiceError.notFound
            }
            var own = AccountFilter()
            own.withoutBoosts = true
            own.onlyPosts = true
            let page =
                account.isGroup
                ? try Timelines.group(
                    account.id, request, viewer: viewer, mode: mode, onlyPosts: true, at: now, in: db)
                : try Timelines.account(account.id, own, request, viewer: viewer, in: db)
            let relation = try viewer.flatMap {
                try AccountRelations.load([account.id], viewer: $0, at: now, in: db).first
            }
            let events = try Events.upcoming(
                from: now, scope: .of(account.id), limit: 5, after: nil, viewer: viewer, mode: mode, in: db)
            return Content(
                account: account, follow: try viewer.flatMap { try Follows.find(by: $0, of: account.id, in: db) },
                posts: try PostViews.load(page.posts, viewer: viewer, with: .page, in: db), older: page.older,
                events: try EventViews.load(events, viewer: viewer, with: .page, in: db),
                maySuspend: try principal.map { try services.maySuspend(account, $0, in: db) } ?? false,
                relation: relation,
                followers: account.isLocal ? [] : try Follows.byLocalGroups(of: account.id, in: db))
        }
        let page = Page(account.shownName, account.isLocal ? .members : .networks, content: main(content, visit)).with {
            $0.summary = account.summary.plainText(limit: 200)
            $0.preview = Preview(of: account)
            $0.isHidden = !account.discoverable || !account.isLocal
            $0.document = String(describing: account.iri)
        }
        return visit.respond(page)
    }

    private static func main(_ content: Content, _ visit: Visit) -> HTML {
        let (t, account) = (visit.t, content.account)
        let isMe = visit.viewer == account.id
        return """
            <header class="portrait">\(AccountCard.avatar(account, .large))<div><h1>\(account.shownNameHTML)</h1>
            <p class="meta address">\(account.fullHandle(visit.community))</p>
            \(when(!account.isLocal, origin(account, visit)))</div></header>
            \(maybe(account.movedTo) { moved in
                let address = String(describing: moved)
                return "<p class=\"panel\">\(t(.hasMoved)) <a href=\"\(address)\" rel=\"nofollow noopener noreferrer\">\(address)</a></p>"
            })
            <div class="words">\(EmojiText.html(account.summary, known: account.emojis, of: account))</div>
            \(fields(of: account))
            \(when(account.summary.isEmpty && isMe, "<p class=\"hint\">\(t(.introduceYourself))</p>"))
            <div class="actions">\(visit.followButton(account, content.follow))
            \(when(isMe, "<a class=\"button quiet\" href=\"/settings\">\(t(.editProfile))</a>"))
            \(when(content.maySuspend && !account.isGroup, suspension(account, visit)))</div>
            \(followers(content, visit))\(visit.distance(to: account, content.relation))
            \(when(!content.events.isEmpty, """
                <section aria-labelledby="their-events"><h2 id="their-events">\(t(.upcomingEvents))</h2>
                <ul class="list">\(each(content.events) { visit.eventCard($0) })</ul></section>
                """))
            <section aria-labelledby="their-posts"><h2 id="their-posts">\(t(account.isGroup ? .discussions : .theirWords))</h2>
            \(when(content.posts.isEmpty, "<p class=\"hint\">\(t(.nothingSaidYet))</p>"))
            <ul class="list">\(each(content.posts) { visit.discussionCard($0) })</ul>\(visit.older(content.older))</section>
            """
    }

    /// The lines that a person states of themselves, such as trade and town.
    private static func fields(of account: Account) -> HTML {
        let lines = account.fields.map { field -> HTML in
            "<div><dt>\(field.name)</dt><dd>\(EmojiText.html(field.value, known: account.emojis, of: account))</dd></div>"
        }
        return when(!lines.isEmpty, "<dl class=\"fields\">\(lines)</dl>")
    }

    /// Returns which local groups follow a remote account. Of requests only members hear.
    private static func followers(_ content: Content, _ visit: Visit) -> HTML {
        let t = visit.t
        let lines = content.followers.compactMap { group, state -> HTML? in
            switch state {
            case .accepted: "<li><span class=\"badge yes\">✓</span> \(t(.groupFollows, group.shownName))</li>"
            case .requested where visit.person != nil:
                "<li><span class=\"badge wait\">…</span> \(t(.groupAsked, group.shownName))</li>"
            case .requested, .rejected: nil
            }
        }
        return when(!lines.isEmpty, "<ul class=\"plain-list\">\(lines)</ul>")
    }

    private static func origin(_ account: Account, _ visit: Visit) -> HTML {
        let address = String(describing: account.url ?? account.iri)
        return """
            <p class="meta">\(visit.t(account.isGroup ? .groupOf : .personOf, account.host)) · \
            <a href="\(address)" rel="nofollow noopener noreferrer ugc">\(visit.t(.seeAtOrigin))</a></p>
            """
    }

    private static func suspension(_ account: Account, _ visit: Visit) -> HTML {
        let t = visit.t
        return """
            <details class="danger"><summary>\(t(.suspend))</summary><p>\(t(.suspendExplained))</p>
            \(visit.form("/moderation/suspend", """
                \(visit.hidden("account", String(describing: account.id)))
                <button class="button stop small" type="submit">\(t(.suspendNow))</button>
                """))</details>
            """
    }
}
