// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage
internal import Vocabulary

// A group relays the activities in it to its followers, in two forms (FEP-1b12; rule GRP-ANN). The first is
// `Announce{Activity}` with the unchanged activity, which threadiverse servers unwrap. The second is `Announce{id}`,
// which microblogs show as a boost; it is sent only for a post that starts a discussion. Replies are not boosted,
// because microblog readers would get too many of them.
extension Outbox {
    /// The local group that relays the activities about a post. It is read once and passed along.
    ///
    /// - Returns: nil when the post is not public, and when its group is closed or remote.
    func relayingGroup(of post: Post, in tx: Transaction) throws(DatabaseError) -> Account? {
        guard post.visibility == .everyone, let id = post.group else { return nil }
        return try Accounts.byID(id, in: tx).flatMap { $0.isLocal && $0.isActive ? $0 : nil }
    }

    /// The same for a post of another node that was just stored.
    func relayingGroup(of post: Post, _ arriving: ArrivingPost) -> Account? {
        guard post.visibility == .everyone, let id = post.group else { return nil }
        let group = arriving.parentGroup?.id == id ? arriving.parentGroup : arriving.named.values.first { $0.id == id }
        return group.flatMap { $0.isLocal && $0.isActive ? $0 : nil }
    }

    /// The same for a post that was read together with its group.
    func relayingGroup(of view: PostView) -> Account? {
        guard view.post.visibility == .everyone, let group = view.group, group.isLocal, group.isActive else {
            return nil
        }
        return group
    }

    /// Relays an activity of another node through the post's group, when the group is local.
    ///
    /// An activity of an account that the group blocked is not relayed.
    func relay(_ incoming: IncomingActivity, about post: Post, in tx: Transaction) throws(DatabaseError) {
        guard post.visibility == .everyone, let id = post.group,
            let audience = try RelayAudience.of(id, for: incoming.actor.id, at: incoming.now, in: tx)
        else { return }
        try relay(incoming, about: post, to: audience, in: tx)
    }

    /// The same for a caller that has read the group of a public post.
    func relay(
        _ incoming: IncomingActivity, about post: Post, to audience: RelayAudience, in tx: Transaction
    ) throws(DatabaseError) {
        guard audience.group.isLocal, audience.group.isActive, !audience.isBlocked else { return }
        let activity = JSON.object(incoming.activity.document.json)
        try enqueue(
            announcement(.announceActivity, of: activity, about: post.iri, by: audience.group),
            followers: [audience.group.id: audience.inboxes], in: tx)
    }

    /// Relays an activity about a post other than its `Create` and its `Delete`.
    func relay(_ activity: JSON, about post: Post, by group: Account, in tx: Transaction) throws(DatabaseError) {
        try enqueue(announcement(.announceActivity, of: activity, about: post.iri, by: group), in: tx)
    }

    /// Relays a new post. A post that starts a discussion is also boosted, so that it appears on the group's page and
    /// at its microblog followers.
    ///
    /// - Parameters:
    ///   - create: the original `Create`; nil when the post did not come from its author directly.
    ///   - followers: the inboxes of the group's followers, when they were read before.
    ///   - isFirst: whether the post was stored in this transaction, so that the group has not boosted it yet.
    func relay(
        newPost post: Post, create: JSON?, by group: Account, followers: [ID<Account>: [IRI]] = [:],
        isFirst: Bool = false, in tx: Transaction
    ) throws(DatabaseError) {
        var activities: [OutgoingActivity] = []
        if let create {
            activities.append(announcement(.announceActivity, of: create, about: post.iri, by: group))
        }
        if post.isTopLevel {
            let id = newActivityID()
            let (boost, iri): (ID<Boost>, IRI) = (ids.make(at: clock.now), identifiers.activity(id))
            var isNew = true
            if isFirst {
                try Boosts.addFirst(boost, account: group.id, post: post.id, activity: iri, at: clock.now, in: tx)
            } else {
                isNew = try Boosts.add(boost, account: group.id, post: post.id, activity: iri, at: clock.now, in: tx)
            }
            if isNew {
                activities.append(announcement(.announcePost, id, of: JSON(post.iri), about: post.iri, by: group))
            }
        }
        try enqueue(activities, followers: followers, in: tx)
    }

    /// Relays the deletion of a post, and undoes the group's boost. Call it before the post's row is deleted.
    ///
    /// It relays the deletion even when the group blocked the author.
    ///
    /// - Parameter delete: the original `Delete`; nil when another group relayed it. Then the followers only get the
    ///   `Undo` of the boost.
    func relay(deletionOf post: Post, delete: JSON?, by group: Account, in tx: Transaction) throws(DatabaseError) {
        var activities: [OutgoingActivity] = []
        if let delete {
            activities.append(announcement(.announceActivity, of: delete, about: post.iri, by: group))
        }
        if let undo = try undoAnnounce(of: post, by: group, in: tx) { activities.append(undo) }
        try enqueue(activities, in: tx)
    }

    /// An `Announce` to all followers of an account.
    func announcement(
        _ kind: OutgoingKind, _ id: ID<SentActivity>? = nil, of object: JSON, about: IRI, by actor: Account
    ) -> OutgoingActivity {
        var announcement = activity(
            kind, id, by: actor, object: object, about: about, to: [.asPublic], for: [.followers(of: actor.id)])
        announcement.cc = [identifiers.followers(of: actor.iri)]
        return announcement
    }
}
