// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage
internal import Vocabulary

/// Every activity that we understand. A new one is a new file, one line here, and an example in `federation-specs`.
let handlers: [any ActivityHandler.Type] = [
    FollowHandler.self,
    AcceptHandler.self,
    RejectHandler.self,
    UndoHandler.self,
    CreateHandler.self,
    UpdateHandler.self,
    DeleteHandler.self,
    AnnounceHandler.self,
    LikeHandler.self,
    JoinHandler.self,
    LeaveHandler.self,
    BlockHandler.self,
    FlagHandler.self,
    MoveHandler.self,
    QuoteRequestHandler.self,
]

/// What one kind of activity does on receipt: first `gather`, which may wait for the network and stores nothing, then
/// `apply`, which stores everything in one transaction and cannot wait.
///
/// The types keep the two apart. `gather` gets an ``ObjectFetcher``, which reads, fetches and has no way to write a
/// fact; what it finds it returns as a value. `apply` is synchronous: the value and the transaction are all it has.
protocol ActivityHandler: Sendable {
    associatedtype Gathered: Sendable

    /// The ActivityStreams names, as they stand in `type`.
    static var types: [String] { get }

    /// Finds out who and what is meant.
    ///
    /// Asks first, with a read, whether the activity concerns anybody here; only then it asks another node.
    ///
    /// - Throws: `.ignored` when there is nothing to apply; a refusal that is temporary is tried again later.
    static func gather(
        _ incoming: IncomingActivity, using fetcher: ObjectFetcher
    ) async throws(FederationError)
        -> Gathered

    /// Does what was said, in one transaction with the outcome.
    ///
    /// The world may have changed since `gather`: whatever decides is asked again.
    static func apply(
        _ gathered: Gathered, of incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome
}

extension ActivityHandler where Gathered == IRI {
    /// Most activities need the id of their object and nothing else.
    static func gather(_ incoming: IncomingActivity, using fetcher: ObjectFetcher) async throws(FederationError) -> IRI
    {
        guard let id = incoming.activity.object?.id else { throw .ignored(.malformed) }
        return id
    }
}

/// What an activity does, with everything that it needs gathered: run in the transaction that stores its outcome.
typealias Effect = @Sendable (Transaction) throws(DatabaseError) -> InboxOutcome

extension ActivityHandler {
    /// Gathers, and keeps what was gathered for the transaction.
    static func prepare(
        _ incoming: IncomingActivity, using fetcher: ObjectFetcher
    ) async throws(FederationError) -> Effect {
        let gathered = try await gather(incoming, using: fetcher)
        return { tx throws(DatabaseError) in try apply(gathered, of: incoming, in: tx) }
    }
}

/// The handler of a type, by its name on the wire.
enum Dispatcher {
    private static let byType: [String: any ActivityHandler.Type] = {
        var table: [String: any ActivityHandler.Type] = [:]
        for handler in handlers {
            for type in handler.types { table[type] = handler }
        }
        return table
    }()

    /// Gathers for an activity.
    ///
    /// - Throws: `.ignored(.unknownType)` for a type that we do not know.
    static func prepare(
        _ incoming: IncomingActivity, using fetcher: ObjectFetcher
    ) async throws(FederationError) -> Effect {
        guard let handler = byType[incoming.activity.type] else { throw .ignored(.unknownType) }
        return try await handler.prepare(incoming, using: fetcher)
    }
}
