// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
internal import Storage
internal import Vocabulary

/// A vote in a local poll: a `Note` with a name and an `inReplyTo`, and without words.
///
/// Each option comes in its own `Create`. Only the changed counts are stored. Spec: FEP-9967.
struct Vote: Sendable {
    /// The label of the option as the voter's server writes it.
    let name: String
    let question: IRI

    /// - Returns: nil for every other object, and for a vote whose author is not the sender.
    init?(_ incoming: IncomingActivity) {
        // Nearly every post says something. It is not parsed here, because it is no vote.
        guard let embedded = incoming.activity.object?.document, embedded["name"] != nil,
            NoteDocument.isWordless(embedded.string("content") ?? ""), let note = try? NoteDocument(embedded),
            note.isVote,
            note.author == incoming.actor.iri, let name = note.name, let question = note.inReplyTo
        else { return nil }
        self.name = FieldLimits.optionName(name)
        self.question = question
    }

    func count(
        _ incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        guard let post = try Posts.byIRI(question, in: tx), post.isLocal else { return .ignored(.unknownObject) }
        guard try Polls.one(post.id, viewer: nil, in: tx) != nil else { return .ignored(.malformed) }
        let relation = try Posts.relation(of: incoming.actor.id, to: post, in: tx)
        guard PostPolicy.mayRead(post.visibility, as: relation) else { return .ignored(.notAllowed) }
        switch try Polls.vote(for: name, by: incoming.actor.id, on: post.id, at: incoming.now, in: tx) {
        case .counted: return .applied
        case .alreadyVoted: return .duplicate
        case .over: return .ignored(.outdated)
        case .noSuchChoice: return .ignored(.malformed)
        }
    }
}

extension Outbox {
    /// Sends the chosen options to the author of a remote poll, each in its own `Create`.
    ///
    /// - Parameter names: the labels as the owner of the poll wrote them.
    public func vote(
        for names: [String], on post: Post, by account: Account, in tx: Transaction
    ) throws(DatabaseError) {
        guard let author = try Accounts.byID(post.author, in: tx) else { return }
        for name in names {
            let id = newActivityID()
            let note: JSON = [
                "id": JSON(identifiers.activity(id).withFragment("vote")), "type": "Note",
                "attributedTo": JSON(account.iri), "name": JSON(name), "inReplyTo": JSON(post.iri),
                "to": .array([JSON(author.iri)]), "cc": [],
            ]
            try enqueue(activity(.createVote, id, by: account, object: note, about: post.iri, to: author), in: tx)
        }
    }

    /// Sends the counts of a local poll to its readers and voters on other servers.
    public func tellCounts(of id: ID<Post>, in tx: Transaction) throws(DatabaseError) {
        let voters = try Polls.remoteVoters(of: id, in: tx).map { Recipient.account($0) }
        try enqueue(.updatePost, post: id, alsoTo: voters, in: tx)
    }
}
