// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage
internal import Vocabulary

// A group repeats to its followers what is said in it, in two dialects (FEP-1b12; rule GRP-ANN):
// `Announce{Activity}`, verbatim, which threadiverse servers unwrap; and, for what starts a discussion only,
// `Announce{id}`, which microblogs show as a boost. Replies are never boosted: their readers would drown.
extension Outbox {
    /// Lets the post's group, when it is ours, repeat an activity of another node.
    ///
    /// Not for somebody whom the group blocked, unless it is that something is gone.
    func relay(_ activity: ActivityDocument, about post: Post, in tx: Transaction) throws(DatabaseError) {
        if activity.type != "Delete", let group = post.group,
            let actor = try Accounts.byIRI(activity.actor, in: tx),
            try Blocks.exists(between: group, actor.id, in: tx)
        {
            return
        }
        try relay(.object(activity.document.json), about: post, in: tx)
    }

    /// Lets the post's group, when it is ours, repeat what one of us said.
    func relay(_ said: SentActivity, about post: Post, in tx: Transaction) throws(DatabaseError) {
        guard let json = try? JSON.parse(Array(said.body.utf8)) else { return }
        try relay(json, about: post, in: tx)
    }

    private func relay(_ activity: JSON, about post: Post, in tx: Transaction) throws(DatabaseError) {
        guard post.visibility == .everyone, let group = try localGroup(of: post, in: tx) else { return }
        try announce(activity, about: post.iri, by: group, in: tx)
    }

    /// Boosts what starts a discussion, so that the group's page and its microblog followers show it.
    func boostIntoGroup(_ post: Post, in tx: Transaction) throws(DatabaseError) {
        guard post.isTopLevel, post.visibility == .everyone, let group = try localGroup(of: post, in: tx) else {
            return
        }
        let id = newActivityID()
        let isNew = try Boosts.add(
            ids.make(at: clock.now), account: group.id, post: post.id, activity: identifiers.activity(id),
            at: clock.now, in: tx)
        guard isNew else { return }
        try announce(.string(post.iri.string), about: post.iri, by: group, id: id, in: tx)
    }

    /// Takes the group's boost back, when the post is gone.
    func unboostFromGroup(_ post: Post, in tx: Transaction) throws(DatabaseError) {
        guard post.visibility == .everyone, let group = try localGroup(of: post, in: tx) else { return }
        _ = try unboost(post, by: group, in: tx)
    }

    @discardableResult
    func announce(
        _ object: JSON, about: IRI, by actor: Account, id: ID<SentActivity>? = nil, in tx: Transaction
    ) throws(DatabaseError) -> SentActivity {
        var saying = Saying("Announce", by: actor, object: object, about: about, to: [.asPublic])
        saying.cc = [identifiers.followers(of: actor.iri)]
        return try say(saying, id: id, to: [.followers(of: actor.id)], in: tx)
    }

    private func localGroup(of post: Post, in tx: Transaction) throws(DatabaseError) -> Account? {
        guard let id = post.group, let group = try Accounts.byID(id, in: tx), group.isLocal, group.isActive else {
            return nil
        }
        return group
    }
}
