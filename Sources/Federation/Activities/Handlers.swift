// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage
internal import Vocabulary

/// All activity handlers. A new one needs a new file, one line here, and an example in `federation-specs`.
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
    InviteHandler.self,
    LeaveHandler.self,
    BlockHandler.self,
    FlagHandler.self,
    MoveHandler.self,
    QuoteRequestHandler.self,
]

/// Processes one kind of incoming activity in two steps. `gather` runs first; it may wait for the network and stores
/// nothing. Then `apply` stores everything in one transaction; it cannot wait.
///
/// The types keep the two steps apart. `gather` gets an ``ObjectFetcher``, which reads and fetches but cannot store a
/// post, an event or a relation. It returns what it found as a value. `apply` is synchronous and gets only this value,
/// the activity and the transaction.
protocol ActivityHandler: Sendable {
    associatedtype Gathered: Sendable

    /// The ActivityStreams names in `type`.
    static var types: [String] { get }

    /// Finds the accounts and objects that the activity is about.
    ///
    /// It first checks with a database read whether the activity concerns a local account. Only then it sends requests
    /// to another node.
    ///
    /// - Throws: `.ignored` when there is nothing to apply. After a temporary error the activity is retried later.
    static func gather(
        _ incoming: IncomingActivity, using fetcher: ObjectFetcher
    ) async throws(FederationError)
        -> Gathered

    /// Applies the activity, unless the actor had undone it before it arrived. By default the undone activities are read
    /// first.
    static func effect(_ gathered: Gathered, of incoming: IncomingActivity) -> Effect

    /// Responds to an activity that the actor had undone before it arrived. By default there is no response.
    static func refuse(_ incoming: IncomingActivity, in tx: Transaction) throws(DatabaseError)

    /// Applies the activity, in the transaction that also stores its outcome.
    ///
    /// The data may have changed since `gather`, so every condition is checked again.
    static func apply(
        _ gathered: Gathered, of incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome
}

extension ActivityHandler where Gathered == IRI {
    /// Returns the id of the object. This default is enough for most activities.
    static func gather(_ incoming: IncomingActivity, using fetcher: ObjectFetcher) async throws(FederationError) -> IRI
    {
        guard let id = incoming.activity.object?.id else { throw .ignored(.malformed) }
        return id
    }
}

extension ActivityHandler {
    static func refuse(_ incoming: IncomingActivity, in tx: Transaction) throws(DatabaseError) {}
}

/// The effect of an activity whose data was gathered. It runs in the transaction that stores the outcome.
typealias Effect = @Sendable (Transaction) throws(DatabaseError) -> InboxOutcome

extension ActivityHandler {
    /// Gathers, and keeps the gathered value for the transaction.
    static func prepare(
        _ incoming: IncomingActivity, using fetcher: ObjectFetcher
    ) async throws(FederationError) -> Effect {
        effect(try await gather(incoming, using: fetcher), of: incoming)
    }

    static func effect(_ gathered: Gathered, of incoming: IncomingActivity) -> Effect {
        { tx throws(DatabaseError) in
            guard try !RepeatedActivities.isUndone(incoming, in: tx) else {
                try refuse(incoming, in: tx)
                return .ignored(.outdated)
            }
            return try apply(gathered, of: incoming, in: tx)
        }
    }
}

/// Finds the handler for a `type`.
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
    /// - Throws: `.ignored(.unknownType)` for an unknown type.
    static func prepare(
        _ incoming: IncomingActivity, using fetcher: ObjectFetcher
    ) async throws(FederationError) -> Effect {
        guard let handler = byType[incoming.activity.type] else { throw .ignored(.unknownType) }
        return try await handler.prepare(incoming, using: fetcher)
    }
}
