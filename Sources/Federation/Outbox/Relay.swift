// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage
internal import Vocabulary

// A group repeats to its followers what is said in it, in two dialects (FEP-1b12; rule GRP-ANN):
// `Announce{Activity}`, verbatim, which threadiverse servers unwrap; and, for what starts a discussion only,
// `Announce{id}`, which microblogs show as a boost. Replies are never boosted: their readers would drown.
extension Outbox {
    /// The group of this node that repeats what is said in a post: looked up once, and passed along.
    ///
    /// - Returns: nil for a post that is not for everybody, and when its group is closed or another node's.
    func relayingGroup(of post: Post, in tx: Transaction) throws(DatabaseError) -> Account? {
        guard post.visibility == .everyone, let id = post.group else { return nil }
        return try Accounts.byID(id, in: tx).flatMap { $0.isLocal && $0.isActive ? $0 : nil }
    }

    /// The same for a post that was read with its group.
    func relayingGroup(of view: PostView) -> Account? {
        guard view.post.visibility == .everyone, let group = view.group, group.isLocal, group.isActive else {
            return nil
        }
        return group
    }

    /// Lets the post's group, when it is ours, repeat an activity of another node.
    ///
    /// Not for somebody whom the group blocked.
    func relay(_ incoming: IncomingActivity, about post: Post, in tx: Transaction) throws(DatabaseError) {
        guard let group = try relayingGroup(of: post, in: tx),
            try !Blocks.exists(between: group.id, incoming.actor.id, in: tx)
        else { return }
        try relay(.object(incoming.activity.document.json), about: post, by: group, in: tx)
    }

    /// Repeats an activity that says something else of a post than that it is new or gone.
    func relay(_ activity: JSON, about post: Post, by group: Account, in tx: Transaction) throws(DatabaseError) {
        try enqueue(announcement(.announceActivity, of: activity, about: post.iri, by: group), in: tx)
    }

    /// Repeats what is new: to all, and what starts a discussion once more as a boost, so that the group's page and its
    /// microblog followers show it.
    ///
    /// - Parameter create: how it was said; nil when it came by another way than from its author.
    func relay(newPost post: Post, create: JSON?, by group: Account, in tx: Transaction) throws(DatabaseError) {
        var activities: [OutgoingActivity] = []
        if let create {
            activities.append(announcement(.announceActivity, of: create, about: post.iri, by: group))
        }
        if post.isTopLevel {
            let id = newActivityID()
            let isNew = try Boosts.add(
                ids.make(at: clock.now), account: group.id, post: post.id, activity: identifiers.activity(id),
                at: clock.now, in: tx)
            if isNew {
                activities.append(announcement(.announcePost, id, of: JSON(post.iri), about: post.iri, by: group))
            }
        }
        try enqueue(activities, in: tx)
    }

    /// Repeats that a post is gone, and takes the group's boost back. Called before its row goes.
    ///
    /// Also when the group blocked who says it.
    ///
    /// - Parameter delete: how it was said; nil when another group repeated it: our followers see the boost go.
    func relay(deletionOf post: Post, delete: JSON?, by group: Account, in tx: Transaction) throws(DatabaseError) {
        var activities: [OutgoingActivity] = []
        if let delete {
            activities.append(announcement(.announceActivity, of: delete, about: post.iri, by: group))
        }
        if let undo = try undoAnnounce(of: post, by: group, in: tx) { activities.append(undo) }
        try enqueue(activities, in: tx)
    }

    /// An `Announce` for everybody who follows.
    func announcement(
        _ kind: OutgoingKind, _ id: ID<SentActivity>? = nil, of object: JSON, about: IRI, by actor: Account
    ) -> OutgoingActivity {
        var announcement = activity(
            kind, id, by: actor, object: object, about: about, to: [.asPublic], for: [.followers(of: actor.id)])
        announcement.cc = [identifiers.followers(of: actor.iri)]
        return announcement
    }
}
