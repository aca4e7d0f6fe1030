// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Markup
internal import Model
internal import Storage
internal import Vocabulary

/// What a group of another server decides about its posts and people, inside an `Announce`: `Lock`, `Add` and `Remove` of
/// a pinned post, `Block` of an account from the group, and the `Undo` of these.
///
/// The group has signed the `Announce`, and it decides about nothing but itself, so nothing else is proved. A post must be
/// in the group. Spec: FEP-1b12.
struct GroupRuling: Sendable {
    private enum Decision: Sendable {
        case lock(IRI, isLocked: Bool)
        case pin(IRI, isPinned: Bool)
        case ban(IRI, until: Timestamp?, reason: String)
        case unban(IRI)
    }

    private let decision: Decision
    private let activity: IRI

    /// - Parameters:
    ///   - inner: the announced activity.
    ///   - group: the group that announced it.
    /// - Returns: nil when it is no decision about this group.
    init?(_ inner: ActivityDocument, by group: Account) {
        var act = inner
        let isUndone = inner.type == "Undo"
        if isUndone {
            guard let undone = inner.object?.document.flatMap({ try? ActivityDocument($0) }) else { return nil }
            act = undone
        }
        guard let object = act.object?.id else { return nil }
        switch act.type {
        case "Lock": decision = .lock(object, isLocked: !isUndone)
        case "Add" where !isUndone: decision = .pin(object, isPinned: true)
        case "Remove" where !isUndone: decision = .pin(object, isPinned: false)
        case "Block" where act.target == group.iri:
            guard !isUndone else {
                decision = .unban(object)
                break
            }
            let end = act.document.instant("endTime") ?? act.document.instant("expires")
            let reason = PlainText.line(ofHTML: act.document.string("summary"), limit: 200)
            decision = .ban(object, until: end.map { Timestamp($0) }, reason: reason)
        default: return nil
        }
        activity = act.id ?? inner.id ?? act.actor
    }

    func apply(_ incoming: IncomingActivity, in tx: Transaction) throws(DatabaseError) -> InboxOutcome {
        let group = incoming.actor
        switch decision {
        case .lock(let iri, let isLocked):
            guard let post = try post(iri, of: group, in: tx) else { return .ignored(.unknownObject) }
            guard post.isTopLevel else { return .ignored(.noEffect) }
            let hasChanged =
                isLocked
                ? try ThreadLocks.add(post.thread, activity: activity, at: incoming.now, in: tx)
                : try ThreadLocks.remove(post.thread, in: tx) != nil
            return hasChanged ? .applied : .duplicate
        case .pin(let iri, let isPinned):
            guard let post = try post(iri, of: group, in: tx) else { return .ignored(.unknownObject) }
            let wasPinned = try Pins.list(of: group.id, in: tx).contains(post.id)
            guard wasPinned != isPinned else { return .duplicate }
            if isPinned {
                try Pins.add(post: post.id, account: group.id, at: incoming.now, in: tx)
            } else {
                try Pins.remove(post: post.id, account: group.id, in: tx)
            }
            return .applied
        case .ban(let iri, let end, let reason):
            // Other servers keep their own people out.
            guard let account = try Accounts.byIRI(iri, in: tx), account.isLocal else { return .ignored(.notForUs) }
            if let end, end <= incoming.now { return .ignored(.outdated) }
            let ban = GroupBan(
                group: group.id, account: account.id, activity: activity, reason: reason, expiresAt: end)
            return try GroupBans.add(ban, at: incoming.now, in: tx) ? .applied : .duplicate
        case .unban(let iri):
            guard let account = try Accounts.byIRI(iri, in: tx), account.isLocal else { return .ignored(.notForUs) }
            return try GroupBans.remove(account.id, from: group.id, in: tx) != nil ? .applied : .ignored(.noEffect)
        }
    }

    /// A post that is in the group, and that everybody may read.
    private func post(_ iri: IRI, of group: Account, in tx: Transaction) throws(DatabaseError) -> Post? {
        guard let found = try AnnouncedSubject.find(iri, announcedBy: group, in: tx), found.isOpen, found.isInGroup,
            case .post(let id) = found.id
        else { return nil }
        return try Posts.byID(id, in: tx)
    }
}
