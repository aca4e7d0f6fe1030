// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage
internal import Vocabulary

/// Handles `Accept` and `TentativeAccept`: the positive response to our `Follow`, `Join` or `QuoteRequest`, or to an
/// event.
///
/// Only the actor that received the request may respond; for an event also an actor of the same host. The effect is in
/// the file of the request. Friendica and Hubzilla send `Accept{Event}` where others send `Join`. Spec: ActivityPub
/// §7.6.
enum AcceptHandler: ActivityHandler {
    static let types = ["Accept", "TentativeAccept"]

    /// A response, and what a group has to show that is followed from here since this response.
    struct Accepted: Sendable {
        let answer: Answer
        var backlog: Backlog?
    }

    static func gather(
        _ incoming: IncomingActivity, using fetcher: ObjectFetcher
    ) async throws(FederationError) -> Accepted {
        let answer = try Answer(incoming)
        var accepted = Accepted(answer: answer)
        let group = incoming.actor
        guard group.isGroup, incoming.activity.type == "Accept" else { return accepted }
        // Only a follow that waits for this response is answered by what the group said before.
        let isNew = try await fetcher.database.read { db throws(DatabaseError) in
            guard case .follow(let follow)? = try AnsweredRequests.find(answer.id, in: db) else { return false }
            return follow.target == group.id && follow.state == .requested
        }
        if isNew { accepted.backlog = await Backlog.gather(of: group, using: fetcher) }
        return accepted
    }

    static func apply(
        _ accepted: Accepted, of incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        let answer = accepted.answer
        let isTentative = incoming.activity.type == "TentativeAccept"
        switch try answer.request(in: tx) {
        case .follow(let follow):
            let outcome = try FollowHandler.answered(follow, isAccepted: true, by: incoming, in: tx)
            if outcome == .applied { try accepted.backlog?.store(of: incoming.actor, incoming, in: tx) }
            return outcome
        case .seat(let guest):
            return try JoinHandler.answered(guest, isTentative ? .waiting : .going, by: incoming, in: tx)
        case .quote(let post):
            return try QuoteRequestHandler.answered(post, isAccepted: true, by: incoming, in: tx)
        case .event(let event):
            guard !isTentative else { return .ignored(.noEffect) }
            return try JoinHandler.requestToJoin(event, incoming, in: tx)
        case nil:
            return .ignored(.unknownObject)
        }
    }
}

/// What a response says about its request: the request's id, and the request itself when it is embedded.
struct Answer: Sendable {
    let id: IRI
    let embedded: Document?

    init(_ incoming: IncomingActivity) throws(FederationError) {
        embedded = incoming.activity.object?.document
        guard let id = incoming.activity.object?.id ?? embedded?.iri("object") else { throw .ignored(.malformed) }
        self.id = id
    }

    /// Finds our request by its id. Some servers give the embedded request a new id; then it is found by its actor and
    /// object.
    func request(in tx: Transaction) throws(DatabaseError) -> AnsweredRequest? {
        if let found = try AnsweredRequests.find(id, in: tx) { return found }
        guard let embedded, let actor = embedded.iri("actor"), let object = embedded.iri("object"),
            let account = try Accounts.byIRI(actor, in: tx), account.isLocal
        else { return nil }
        switch embedded.type {
        case "Follow":
            guard let target = try Accounts.byIRI(object, in: tx) else { return nil }
            return try Follows.find(by: account.id, of: target.id, in: tx).map { .follow($0) }
        case "Join":
            guard let event = try Events.byIRI(object, in: tx) else { return nil }
            return try GuestLists.find(account: account.id, event: event.id, in: tx).map { .seat($0) }
        default:
            return nil
        }
    }
}
