// SPDX-License-Identifier: Apache-2.0

import Database
internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Services
internal import Storage

/// The log of what moderators did. Moderators see it.
enum ModerationLogPage {
    static func show(_ visit: Visit) async throws -> Response {
        _ = try visit.moderator()
        let request = visit.listPage(limit: 60)
        let (deeds, people) = try await visit.database.read { db in
            let deeds = try ModerationLog.list(request, in: db)
            return (deeds, try Accounts.byIDs(accounts(in: deeds), in: db))
        }
        let t = visit.t
        let next = deeds.count == request.limit ? deeds.last?.id.rawValue : nil
        let content: HTML = """
            <p class="crumbs"><a href="/moderation">\(t(.moderation))</a></p><h1>\(t(.moderationLog))</h1>
            \(list(deeds, people, visit))\(visit.older(next))
            """
        let page = Page(t(.moderationLog), content: content).with {
            $0.isHidden = true
            $0.hasCorner = false
        }
        return visit.respond(page)
    }

    /// The accounts that the entries name.
    static func accounts(in deeds: [ModerationDeed]) -> [ID<Account>] {
        Array(Set(deeds.flatMap { [$0.moderator, $0.target].compactMap { $0 } }))
    }

    static func list(_ deeds: [ModerationDeed], _ accounts: [ID<Account>: Account], _ visit: Visit) -> HTML {
        let t = visit.t
        guard !deeds.isEmpty else { return "<p class=\"hint\">\(t(.logEmpty))</p>" }
        return """
            <ul class="plain-list">\(each(deeds) { deed in
                let who = deed.moderator.flatMap { accounts[$0]?.shownName } ?? t(.logByOperator)
                return """
                    <li>\(visit.moments.element(ago: deed.createdAt)) · \(who) \(t(phrase(deed.kind)))\
                    \(maybe(deed.target.flatMap { accounts[$0] }) { " <a href=\"\($0.path)\">\($0.shownName)</a>" })\
                    \(maybe(deed.host) { " <strong>\($0)</strong>" })\(maybe(note(deed, t)) { " · \($0)" })</li>
                    """
            })</ul>
            """
    }

    private static func note(_ deed: ModerationDeed, _ t: Texts) -> String? {
        guard deed.kind == .role else { return deed.note.isEmpty ? nil : deed.note }
        switch Role(rawValue: deed.note) {
        case .member: return t(.roleMember)
        case .moderator: return t(.roleModerator)
        case .steward: return t(.roleSteward)
        case nil: return deed.note
        }
    }

    private static func phrase(_ kind: ModerationDeed.Kind) -> Phrase {
        switch kind {
        case .approved: .deedApproved
        case .refused: .deedRefused
        case .resolved: .deedResolved
        case .suspended: .deedSuspended
        case .restored: .deedRestored
        case .deletedPost: .deedDeletedPost
        case .role: .deedRole
        case .hostUnset: .deedHostUnset
        case .hostAllowed: .deedHostAllowed
        case .hostLimited: .deedHostLimited
        case .hostBlocked: .deedHostBlocked
        }
    }
}
