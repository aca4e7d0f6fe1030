// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage
internal import Vocabulary

// Whatever a stranger sends could be kept here and shown on public pages; nearly all of it is none of our business.
// So a post or an event of another node is kept only when somebody here has a part in it. That is asked twice:
//
//  - while gathering, of what the sender claims, before anything is fetched for it: a claim that names nobody here
//    costs us one read;
//  - in the transaction, of what was proved.
//
// What the sender's node says above the post, its ancestors and what it quotes, is never a reason: these are fetched
// only after the first question was answered with yes, and stored only after the second.

/// Whether something that came from another node has to do with anybody here.
enum Relevance: Sendable {
    /// It is here already: the sender may change it, and need not be asked whom it concerns.
    case known
    /// Somebody here has a part in it.
    case concernsUs
    /// Nobody here has.
    case foreign
}

/// What a post or an event says of whom it concerns.
struct ObjectClaims: Sendable {
    /// Whoever wrote it, or owns it.
    var authors: [IRI]
    /// Everybody who is named in it, or to whom it is addressed.
    var named: [IRI]
    /// What it answers.
    var answered: IRI?

    /// What a document claims: an object, or an activity whose object is only named.
    init(_ document: Document) {
        let owners = document.iris("attributedTo")
        authors = owners.isEmpty ? document.iris("actor") : owners
        let mentions = document.documents("tag").prefix(FieldLimits.tags).compactMap { tag in
            tag.types.contains("Mention") ? tag.iri("href") : nil
        }
        named = mentions + Audience(of: document).recipients.prefix(FieldLimits.recipients)
        answered = document.iri("inReplyTo")
    }

    /// What is proved of a post.
    init(_ remote: RemotePost, by author: Account) {
        authors = [author.iri]
        named = remote.mentioned + remote.addressed
        answered = remote.inReplyTo
    }

    /// Whether the object is here, and otherwise whether it concerns anybody.
    ///
    /// - Parameters:
    ///   - object: its id.
    ///   - sender: who signed the request; counts when it is one of the authors.
    func relevance(
        of object: IRI, from sender: Account, in db: some Queryable
    ) throws(DatabaseError) -> Relevance {
        if try isHere(object, in: db) { return .known }
        return try concernUs(author: authors.contains(sender.iri) ? sender : nil, in: db) ? .concernsUs : .foreign
    }

    /// Whether somebody here follows its author or its group, is named in it, or reads what it answers.
    ///
    /// - Parameters:
    ///   - author: the one of the authors who is known.
    ///   - accounts: those of the named who are known, when they were read before.
    func concernUs(
        author: Account?, accounts: [IRI: Account]? = nil, in db: some Queryable
    ) throws(DatabaseError) -> Bool {
        if let author, try Follows.followsAny(localTo: author.id, in: db) { return true }
        var named = accounts ?? [:]
        if accounts == nil { named = try Accounts.byIRIs(self.named, in: db) }
        if named.values.contains(where: \.isLocal) { return true }
        if let answered, try isHere(answered, in: db) { return true }
        let others = try Accounts.byIRIs(authors.filter { $0 != author?.iri }, in: db)
        for account in others.values + named.values.filter(\.isGroup) {
            if try Follows.followsAny(localTo: account.id, in: db) { return true }
        }
        return false
    }

    private func isHere(_ iri: IRI, in db: some Queryable) throws(DatabaseError) -> Bool {
        if try Posts.byIRI(iri, in: db) != nil { return true }
        return try Events.byIRI(iri, in: db) != nil
    }
}
