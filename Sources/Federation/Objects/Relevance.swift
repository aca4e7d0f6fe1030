// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage
internal import Vocabulary

// Other servers may send any object, and this node would store it and show it on public pages. Nearly all of these
// objects do not concern this node. So a post or an event of another node is stored only when it concerns a local
// account. This is checked twice:
//
//  - in `gather`, on the claims of the sender, before anything is fetched: an object that concerns nobody here costs
//    one database read;
//  - in the transaction, on the facts that were proved.
//
// The ancestors and quoted posts that the sender's node names are never a reason to store a post. They are fetched only
// after the first check has passed, and stored only after the second.

/// Whether an object of another node concerns a local account.
enum Relevance: Sendable {
    /// The object is stored already. The sender may change it without a further check.
    case known
    /// The object concerns a local account.
    case concernsUs
    /// The object concerns no local account.
    case foreign
}

/// The properties of a post or an event that show whom it concerns.
struct ObjectClaims: Sendable {
    /// The authors or owners.
    var authors: [IRI]
    /// All accounts that are mentioned or addressed.
    var named: [IRI]
    /// The post or event that this object replies to.
    var answered: IRI?

    /// Reads the claims of a document: an object, or an activity that only names its object.
    init(_ document: Document) {
        let owners = document.iris("attributedTo")
        authors = owners.isEmpty ? document.iris("actor") : owners
        let mentions = document.documents("tag").prefix(FieldLimits.tags).compactMap { tag in
            tag.types.contains("Mention") ? tag.iri("href") : nil
        }
        named = mentions + Audience(of: document).recipients.prefix(FieldLimits.recipients)
        answered = document.iri("inReplyTo")
    }

    /// Takes the proved values of a post.
    init(_ remote: RemotePost, by author: Account) {
        authors = [author.iri]
        named = remote.mentioned + remote.addressed
        answered = remote.inReplyTo
    }

    /// Whether the object is stored here, and otherwise whether it concerns a local account.
    ///
    /// - Parameters:
    ///   - object: the object's id.
    ///   - sender: the account that signed the request. It counts as the author when it is one of the authors.
    func relevance(
        of object: IRI, from sender: Account, in db: some Queryable
    ) throws(DatabaseError) -> Relevance {
        if try isHere(object, in: db) { return .known }
        return try concernUs(author: authors.contains(sender.iri) ? sender : nil, in: db) ? .concernsUs : .foreign
    }

    /// Whether a local account follows the object's author or group, is mentioned or addressed, or whether the post or
    /// event that it replies to is stored here.
    ///
    /// - Parameters:
    ///   - author: the known account among the authors.
    ///   - accounts: the known accounts among those mentioned or addressed, when the caller has read them already.
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
