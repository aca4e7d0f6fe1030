// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage
internal import Vocabulary

/// `Accept` and `TentativeAccept`: the answer to a `Follow` or a `Join` of ours, or a yes to an event.
///
/// Only the one who was asked may answer, or for an event one of the same host. Spec: ActivityPub §7.6. Friendica and Hubzilla say `Accept{Event}` where
/// others say `Join`.
enum AcceptHandler: ActivityHandler {
    static let types = ["Accept", "TentativeAccept"]

    static func gather(
        _ activity: ActivityDocument, from actor: Account, in world: Federation
    ) async throws -> Answered {
        try Answered(activity)
    }

    static func apply(_ answered: Answered, _ said: Said, in tx: Transaction) throws -> InboxOutcome {
        let isTentative = said.activity.type == "TentativeAccept"
        if let follow = try answered.follow(in: tx) {
            guard follow.target == said.actor.id else { return .ignored(.notAllowed) }
            guard !isTentative else { return .ignored(.noEffect) }
            guard follow.state != .accepted else { return .duplicate }
            _ = try Follows.setState(.accepted, by: follow.follower, of: follow.target, in: tx)
            return .applied
        }
        if let guest = try answered.guest(in: tx) {
            return try settle(guest, isTentative ? .waiting : .going, said, in: tx)
        }
        if !isTentative, let post = try answered.quoting(said, in: tx) { return try said.settle(quoteIn: post, in: tx) }
        if let event = try Events.byIRI(answered.id, in: tx), event.isLocal {
            guard !isTentative else { return .ignored(.noEffect) }
            return try JoinHandler.ask(event, said, in: tx)
        }
        return .ignored(.unknownObject)
    }

    private static func settle(
        _ guest: Guest, _ state: Guest.State, _ said: Said, in tx: Transaction
    ) throws -> InboxOutcome {
        guard let event = try Events.byID(guest.event, in: tx) else { return .ignored(.unknownObject) }
        guard try said.mayAnswer(for: event, in: tx) else { return .ignored(.notAllowed) }
        guard guest.state != .cancelled else { return .ignored(.noEffect) }
        guard guest.state != state else { return .duplicate }
        var guest = guest
        guest.state = state
        try GuestLists.set(guest, rank: said.rank(), in: tx)
        return .applied
    }
}

extension Said {
    /// Whether the actor keeps the guest list of an event of another node: its owner, or one of the owner's host, because
    /// Mobilizon answers in the name of the organizer where a group owns the event.
    func mayAnswer(for event: Event, in tx: Transaction) throws(DatabaseError) -> Bool {
        guard !event.isLocal, let owner = try Accounts.byID(event.owner, in: tx) else { return false }
        return Authority.mayChange(event.iri, ownedBy: owner.iri, as: actor.iri)
    }
}

/// What an answer answers: by the id of the request, or by the request itself when it is embedded.
struct Answered: Sendable {
    let id: IRI
    private let request: Document?

    init(_ activity: ActivityDocument) throws {
        request = activity.object?.document
        guard let id = activity.object?.id ?? request?.iri("object") else { throw NothingToApply.ignored(.malformed) }
        self.id = id
    }

    /// The follow of ours that is meant.
    func follow(in tx: Transaction) throws(DatabaseError) -> Follow? {
        if let follow = try Follows.byActivity(id, in: tx) { return try isOurs(follow.follower, in: tx) ? follow : nil }
        // Some servers give the embedded Follow a new id: the two people say which one it is.
        guard let request, request.type == "Follow", let actor = request.iri("actor"),
            let object = request.iri("object"), let follower = try Accounts.byIRI(actor, in: tx), follower.isLocal,
            let target = try Accounts.byIRI(object, in: tx)
        else { return nil }
        return try Follows.find(by: follower.id, of: target.id, in: tx)
    }

    /// The request for a seat of ours that is meant.
    func guest(in tx: Transaction) throws(DatabaseError) -> Guest? {
        if let guest = try GuestLists.byJoin(id, in: tx) { return try isOurs(guest.account, in: tx) ? guest : nil }
        guard let request, request.type == "Join", let actor = request.iri("actor"),
            let object = request.iri("object"), let account = try Accounts.byIRI(actor, in: tx), account.isLocal,
            let event = try Events.byIRI(object, in: tx)
        else { return nil }
        return try GuestLists.find(account: account.id, event: event.id, in: tx)
    }

    private func isOurs(_ id: ID<Account>, in tx: Transaction) throws(DatabaseError) -> Bool {
        try Accounts.byID(id, in: tx)?.isLocal == true
    }
}
