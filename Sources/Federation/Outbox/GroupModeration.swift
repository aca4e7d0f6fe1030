// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Storage
internal import Vocabulary

// What the moderators of a group of this node decide. The group announces each decision to its followers in the form of
// the threadiverse (FEP-1b12): `Delete`, `Lock` and `Block` of the moderator, and the `Undo` of these. The activity of the
// moderator is only sent inside the `Announce`. When the operator decides, the group itself is its actor.
extension Outbox {
    /// Takes a post out of a group. The followers of the group and the author's server are told, and the group's boost is
    /// undone. The author's post itself stays.
    ///
    /// - Parameters:
    ///   - reason: why, for the moderators of other servers; may be empty.
    ///   - moderator: who decided; nil for the operator.
    /// - Returns: whether the post was in the group.
    @discardableResult
    public func remove(
        _ post: Post, from group: Account, _ state: GroupRemovalState, reason: String = "", by moderator: Account?,
        in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        guard post.group == group.id, let author = try Accounts.byID(post.author, in: tx) else { return false }
        // What waits for another look may be relayed again.
        if state == .held {
            try SentActivities.hide(about: post.iri, by: group.id, in: tx)
        } else {
            try SentActivities.forget(about: post.iri, by: group.id, in: tx)
        }
        var activities: [OutgoingActivity] = []
        if post.visibility == .everyone {
            let summary = reason.isEmpty ? "Removed from the group by a moderator" : reason
            let delete = deletion(of: post, by: moderator ?? group, in: group, reason: summary)
            activities.append(ruling(delete, about: post.iri, by: group, tell: author))
        }
        if let undo = try undoAnnounce(of: post, by: group, in: tx) { activities.append(undo) }
        _ = try GroupRemovals.add(post.id, group: group.id, state, at: clock.now, in: tx)
        try enqueue(activities, in: tx)
        return true
    }

    /// Puts a post back into a group, or lets in one that waited.
    ///
    /// - Returns: whether it was taken out of this group, and is in no other group.
    @discardableResult
    public func restore(
        _ post: Post, to group: Account, by moderator: Account?, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        let state = try GroupRemovals.state(of: post.id, group: group.id, in: tx)
        guard let state, try GroupRemovals.restore(post.id, to: group.id, in: tx),
            let author = try Accounts.byID(post.author, in: tx)
        else { return false }
        let create = state == .held ? try relayedCreate(of: post, by: group, in: tx) : nil
        try SentActivities.forget(about: post.iri, by: group.id, in: tx)
        guard post.visibility == .everyone, author.isActive else { return true }
        let actor = moderator ?? group
        let undo = undo(deletion(of: post, by: actor, in: group, reason: ""), by: actor, in: group)
        try enqueue(ruling(undo, about: post.iri, by: group, tell: author), in: tx)
        try relay(newPost: post, create: create, by: group, in: tx)
        return true
    }

    /// Drops a post that waits for a group.
    public func refuse(_ post: Post, from group: Account, in tx: Transaction) throws(DatabaseError) {
        try SentActivities.forget(about: post.iri, by: group.id, in: tx)
        try GroupRemovals.note(post.id, group: group.id, .removed, at: clock.now, in: tx)
    }

    /// The `Create` of a post as the group relayed it before the post had to wait; nil when it was not relayed.
    private func relayedCreate(
        of post: Post, by group: Account, in tx: Transaction
    ) throws(DatabaseError) -> JSON? {
        guard let sent = try SentActivities.announcedCreate(of: post.iri, by: group.id, in: tx),
            let announce = try? JSON.parse(Array(sent.body.utf8)), var create = announce["object"]?.object
        else { return nil }
        // A post of another node was edited meanwhile: its server has the present text.
        if !post.isLocal, let editedAt = post.editedAt, editedAt > sent.createdAt { create["object"] = JSON(post.iri) }
        return .object(create)
    }

    /// Relays posts of a host whose posts were stored and not relayed, because nobody had decided about it yet: those that
    /// start a discussion in a group of this node.
    ///
    /// - Parameter last: the last post of the call before.
    /// - Returns: the last post that was relayed; nil when none is left.
    public func relayUnrelayed(
        of host: String, after last: ID<Post>, limit: Int, in tx: Transaction
    ) throws(DatabaseError) -> ID<Post>? {
        let oldest = ID<Post>.first(at: clock.now - .days(100))
        let found = try GroupRemovals.unrelayed(of: host, after: max(last, oldest), limit: limit, in: tx)
        for (id, groupID) in found {
            guard let post = try Posts.byID(id, in: tx), let group = try Accounts.byID(groupID, in: tx) else {
                continue
            }
            try relay(newPost: post, create: nil, by: group, in: tx)
        }
        return found.last?.post
    }

    /// Closes a discussion of a group, or opens it again.
    ///
    /// - Returns: whether that changed anything.
    @discardableResult
    public func lock(
        _ post: Post, _ isLocked: Bool, in group: Account, by moderator: Account?, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        let actor = moderator ?? group
        let act: JSON
        if isLocked {
            let id = identifiers.activity(newActivityID())
            guard try ThreadLocks.add(post.thread, activity: id, at: clock.now, in: tx) else { return false }
            act = decision("Lock", id, by: actor, about: post.iri, in: group)
        } else {
            guard let id = try ThreadLocks.remove(post.thread, in: tx) else { return false }
            act = undo(decision("Lock", id, by: actor, about: post.iri, in: group), by: actor, in: group)
        }
        guard post.visibility == .everyone, let author = try Accounts.byID(post.author, in: tx) else { return true }
        try enqueue(ruling(act, about: post.iri, by: group, tell: author), in: tx)
        return true
    }

    /// Bans an account from a group. Its follow of the group ends.
    ///
    /// - Parameter end: when the ban ends; nil for a ban without an end.
    /// - Returns: whether that changed anything.
    @discardableResult
    public func ban(
        _ account: Account, from group: Account, until end: Timestamp?, reason: String, by moderator: Account?,
        in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        let id = identifiers.activity(newActivityID())
        let ban = GroupBan(group: group.id, account: account.id, activity: id, reason: reason, expiresAt: end)
        guard try GroupBans.add(ban, at: clock.now, in: tx) else { return false }
        try removeFollower(account, of: group, in: tx)
        let block = block(ban, account, by: moderator ?? group, in: group)
        try enqueue(ruling(block, about: account.iri, by: group, tell: account), in: tx)
        return true
    }

    /// Ends a ban. The follow that it ended is not restored.
    ///
    /// - Returns: whether there was one.
    @discardableResult
    public func unban(
        _ account: Account, from group: Account, by moderator: Account?, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        guard let ban = try GroupBans.remove(account.id, from: group.id, in: tx) else { return false }
        let actor = moderator ?? group
        let undo = undo(block(ban, account, by: actor, in: group), by: actor, in: group)
        try enqueue(ruling(undo, about: account.iri, by: group, tell: account), in: tx)
        return true
    }

    /// An `Announce` of a decision to the followers of the group and to the account whom it concerns.
    private func ruling(_ act: JSON, about iri: IRI, by group: Account, tell account: Account) -> OutgoingActivity {
        var announcement = announcement(.announceActivity, of: act, about: iri, by: group)
        announcement.recipients.append(.account(account))
        return announcement
    }

    private func decision(
        _ type: String, _ id: IRI, by actor: Account, about object: IRI, in group: Account
    ) -> JSON {
        [
            "id": JSON(id), "type": JSON(type), "actor": JSON(actor.iri), "to": JSON([IRI.asPublic]),
            "cc": JSON([group.iri]), "audience": JSON(group.iri), "object": JSON(object),
        ]
    }

    /// Lemmy and PieFed read the end of a ban from `endTime`, and need `removeData`.
    private func block(_ ban: GroupBan, _ account: Account, by actor: Account, in group: Account) -> JSON {
        var block = decision("Block", ban.activity, by: actor, about: account.iri, in: group).object ?? [:]
        block["target"] = JSON(group.iri)
        block["removeData"] = false
        block["summary"] = JSON(ban.reason)
        if let end = ban.expiresAt { block["endTime"] = JSON(end.description) }
        return .object(block)
    }

    private func undo(_ act: JSON, by actor: Account, in group: Account) -> JSON {
        [
            "id": JSON(identifiers.activity(newActivityID())), "type": "Undo", "actor": JSON(actor.iri),
            "to": JSON([IRI.asPublic]), "cc": JSON([group.iri]), "audience": JSON(group.iri), "object": act,
        ]
    }
}
