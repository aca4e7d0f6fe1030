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

/// The result of the first check.
struct RelevanceCheck: Sendable {
    var relevance: Relevance
    /// The post or event that the object claims to reply to, when it is stored here.
    var knownParent: IRI?
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

    /// Whether the object is stored here, and otherwise whether it concerns a local account. One statement, and two more
    /// when nothing speaks for the object yet.
    ///
    /// - Parameters:
    ///   - object: the object's id.
    ///   - sender: the account that signed the request. It counts as the author when it is one of the authors.
    /// - Returns: nil when the object was deleted here before.
    func relevance(
        of object: IRI, from sender: Account, in db: some Queryable
    ) throws(DatabaseError) -> RelevanceCheck? {
        let author = authors.contains(sender.iri) ? sender : nil
        let known = try ArrivingPosts.knowledge(
            of: object, by: author?.id, naming: named, replyingTo: answered, in: db)
        if known.isGone { return nil }
        var check = RelevanceCheck(relevance: .foreign, knownParent: known.knowsParent ? answered : nil)
        if known.isKnown {
            check.relevance = .known
        } else if known.isFollowed || known.namesLocal || known.knowsParent {
            check.relevance = .concernsUs
        } else {
            let groups = try Accounts.byIRIs(named, in: db).values.filter(\.isGroup)
            let others = try Accounts.byIRIs(authors.filter { $0 != author?.iri }, in: db).values
            if try Self.isAnyFollowed(groups + others, in: db) { check.relevance = .concernsUs }
        }
        return check
    }

    /// Whether a post whose claims were proved concerns a local account: whether a local account follows its author or
    /// group, is mentioned or addressed, or whether the post or event that it replies to is stored here.
    static func concernsUs(_ arriving: ArrivingPost, in db: some Queryable) throws(DatabaseError) -> Bool {
        if arriving.isFollowed || arriving.parent != nil || arriving.answeredEvent != nil { return true }
        if arriving.named.values.contains(where: \.isLocal) { return true }
        return try isAnyFollowed(arriving.named.values.filter(\.isGroup), in: db)
    }

    private static func isAnyFollowed(_ accounts: [Account], in db: some Queryable) throws(DatabaseError) -> Bool {
        for account in accounts {
            if try Follows.followsAny(localTo: account.id, in: db) { return true }
        }
        return false
    }
}
