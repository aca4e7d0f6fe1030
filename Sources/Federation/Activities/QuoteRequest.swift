// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
internal import Storage
public import Vocabulary

/// `QuoteRequest`: somebody asks to quote a post of ours.
///
/// Our author's rule answers at once. Who may quote gets a word that can be fetched from here. Spec: FEP-044f.
enum QuoteRequestHandler: ActivityHandler {
    static let types = ["QuoteRequest"]

    struct Asked: Sendable {
        let quoted: IRI
        let quoting: GatheredObject
    }

    static func gather(_ activity: ActivityDocument, from actor: Account, in world: Federation) async throws -> Asked {
        guard let quoted = activity.object?.id, let instrument = activity.instrument, let id = instrument.id else {
            throw NothingToApply.ignored(.malformed)
        }
        guard id.isSameOrigin(as: actor.iri), world.identifiers.isLocal(quoted) else {
            throw NothingToApply.ignored(.notAllowed)
        }
        if let embedded = instrument.document, embedded.iris("attributedTo").first == actor.iri {
            return Asked(quoted: quoted, quoting: try await world.posts.gather(embedded))
        }
        return Asked(quoted: quoted, quoting: try await world.posts.gather(try await world.posts.fetch(id)))
    }

    static func apply(_ asked: Asked, _ said: Said, in tx: Transaction) throws -> InboxOutcome {
        guard let quoted = try Posts.byIRI(asked.quoted, in: tx), quoted.isLocal,
            let author = try Accounts.byID(quoted.author, in: tx)
        else { return .ignored(.unknownObject) }
        guard case .post(let remote, let quoter) = asked.quoting, quoter.id == said.actor.id,
            remote.post.quote?.iri == quoted.iri
        else { return .ignored(.malformed) }
        let relation = try Posts.relation(of: quoter.id, to: quoted, in: tx)
        guard !relation.isBlocked else { return .ignored(.blocked) }
        guard quoted.quotePolicy.admits(relation, to: quoted.visibility) else {
            try said.outbox.answer(said.activity, with: nil, by: author, to: said.actor, in: tx)
            return .applied
        }
        _ = try ObjectIntake.store(asked.quoting, said, isAnnounced: true, in: tx)
        guard let post = try Posts.byIRI(remote.post.iri, in: tx) else { return .ignored(.unknownObject) }
        guard post.quote?.state != .revoked else {
            try said.outbox.answer(said.activity, with: nil, by: author, to: said.actor, in: tx)
            return .applied
        }
        let word = said.world.identifiers.quoteAuthorization(of: quoted.id, in: post.id)
        try Quotes.set(.accepted, authorization: word, of: post.id, in: tx)
        try said.outbox.answer(said.activity, with: word, by: author, to: said.actor, in: tx)
        return .applied
    }
}

extension Answered {
    /// The post of ours for which the author of another one was asked whether it may be quoted.
    func quoting(_ said: Said, in tx: Transaction) throws(DatabaseError) -> Post? {
        guard case .activity(let number) = said.world.identifiers.parse(id),
            let sent = try SentActivities.byID(number, in: tx), sent.type == "QuoteRequest", let object = sent.object,
            let post = try Posts.byIRI(object, in: tx), let quoted = post.quote?.post,
            try Posts.byID(quoted, in: tx)?.author == said.actor.id
        else { return nil }
        return post
    }
}

extension Said {
    /// Takes the answer to a request to quote.
    func settle(quoteIn post: Post, in tx: Transaction) throws -> InboxOutcome {
        guard let quote = post.quote, quote.state != .deleted else { return .ignored(.noEffect) }
        guard activity.type == "Accept" else {
            guard quote.state != .rejected else { return .duplicate }
            try Quotes.set(quote.state == .accepted ? .revoked : .rejected, authorization: nil, of: post.id, in: tx)
            try outbox.update(post.id, in: tx)
            return .applied
        }
        guard let word = activity.result?.id, word.isSameOrigin(as: quote.iri) else { return .ignored(.malformed) }
        guard quote.state != .accepted else { return .duplicate }
        try Quotes.set(.accepted, authorization: word, of: post.id, in: tx)
        try outbox.update(post.id, in: tx)
        return .applied
    }
}

extension Outbox {
    /// Asks the author of a post of another node whether it may be quoted.
    public func askToQuote(
        _ quoted: Post, in post: Post, by account: Account, in tx: Transaction
    ) throws(DatabaseError) {
        guard let author = try Accounts.byID(quoted.author, in: tx) else { return }
        var saying = Saying(
            "QuoteRequest", by: account, object: JSON(quoted.iri), about: post.iri, to: [author.iri])
        saying.instrument = JSON(post.iri)
        saying.needsFullContext = true
        try say(saying, to: [.account(author)], in: tx)
    }

    /// Answers a request to quote.
    ///
    /// - Parameter word: where the author's consent lies; nil refuses.
    func answer(
        _ request: ActivityDocument, with word: IRI?, by author: Account, to asker: Account, in tx: Transaction
    ) throws(DatabaseError) {
        let asked: JSON = .object(droppingNil: [
            ("id", request.id.map { JSON($0) }), ("type", "QuoteRequest"), ("actor", JSON(request.actor)),
            ("object", request.object?.id.map { JSON($0) }), ("instrument", request.instrument?.id.map { JSON($0) }),
        ])
        var saying = Saying(
            word == nil ? "Reject" : "Accept", by: author, object: asked, about: request.instrument?.id,
            to: [asker.iri])
        saying.result = word.map { JSON($0) }
        saying.needsFullContext = true
        try say(saying, to: [.account(asker)], in: tx)
    }

    /// Tells who has a post that it may no longer quote one of ours.
    public func revoke(
        _ word: IRI, from post: Post, by author: Account, in tx: Transaction
    ) throws(DatabaseError) {
        guard let quoter = try Accounts.byID(post.author, in: tx) else { return }
        let saying = Saying("Delete", by: author, object: JSON(word), about: word, to: [quoter.iri])
        try say(saying, to: [.account(quoter), .followers(of: author.id)], in: tx)
    }
}

/// An author's word that a post may be quoted in another one, as it lies here for everybody.
public enum QuoteAuthorization {
    /// The document, with its context.
    public static func document(
        _ word: IRI, author: IRI, quoted: IRI, quoting: IRI
    ) -> JSON {
        let object: JSON.Object = [
            "id": JSON(word), "type": "QuoteAuthorization", "attributedTo": JSON(author),
            "interactingObject": JSON(quoting), "interactionTarget": JSON(quoted),
        ]
        return object.standing(in: Contexts.note)
    }
}
