// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
internal import Storage
internal import Vocabulary

/// `Like`: thanks for a post. Spec: ActivityPub §7.10.
enum LikeHandler: ActivityHandler {
    static let types = ["Like", "EmojiReact"]

    static func gather(_ activity: ActivityDocument, from actor: Account, in world: Federation) async throws -> IRI {
        guard let object = activity.object?.id else { throw NothingToApply.ignored(.malformed) }
        return object
    }

    static func apply(_ object: IRI, _ said: Said, in tx: Transaction) throws -> InboxOutcome {
        guard let post = try Posts.byIRI(object, in: tx) else { return .ignored(.unknownObject) }
        let relation = try Posts.relation(of: said.actor.id, to: post, in: tx)
        guard PostPolicy.mayRead(post.visibility, as: relation) else { return .ignored(.notAllowed) }
        let isNew = try Likes.add(
            account: said.actor.id, post: post.id, activity: said.id, at: said.now, in: tx)
        guard isNew else { return .duplicate }
        try said.outbox.notify(.favourite(of: post, by: said.actor.id), in: tx)
        try said.outbox.relay(said.activity, about: post, in: tx)
        return .applied
    }
}

extension Outbox {
    /// Thanks the author of a post, and the group in which it stands.
    public func like(_ post: Post, by account: Account, in tx: Transaction) throws(DatabaseError) -> Bool {
        let id = newActivityID()
        let isNew = try Likes.add(
            account: account.id, post: post.id, activity: identifiers.activity(id), at: clock.now, in: tx)
        guard isNew, let author = try Accounts.byID(post.author, in: tx) else { return false }
        try notify(.favourite(of: post, by: account.id), in: tx)
        let said = try say(
            Saying("Like", by: account, object: .string(post.iri.string), about: post.iri, to: [author.iri]),
            id: id, to: try homes(of: post, in: tx), in: tx)
        try relay(said, about: post, in: tx)
        return true
    }

    /// Takes the thanks back.
    public func unlike(_ post: Post, by account: Account, in tx: Transaction) throws(DatabaseError) -> Bool {
        guard let like = try Likes.find(account: account.id, post: post.id, in: tx),
            let author = try Accounts.byID(post.author, in: tx)
        else { return false }
        _ = try Likes.remove(account: account.id, post: post.id, in: tx)
        let undone: JSON = [
            "id": .string(like.string), "type": "Like", "actor": .string(account.iri.string),
            "object": .string(post.iri.string),
        ]
        let said = try say(
            Saying("Undo", by: account, object: undone, about: post.iri, to: [author.iri]),
            to: try homes(of: post, in: tx), in: tx)
        try relay(said, about: post, in: tx)
        return true
    }
}
