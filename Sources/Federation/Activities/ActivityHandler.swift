// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage
internal import Vocabulary

/// What one kind of activity does on receipt: first gather, which may wait for the network, then apply, which may not.
protocol ActivityHandler: Sendable {
    associatedtype Gathered: Sendable

    /// The ActivityStreams names, as they stand in `type`.
    static var types: [String] { get }

    /// Resolves who and what is meant; writes no fact.
    static func gather(
        _ activity: ActivityDocument, from actor: Account, in world: Federation
    ) async throws
        -> Gathered

    /// Does what was said, in one transaction with the outcome.
    static func apply(_ gathered: Gathered, _ said: Said, in tx: Transaction) throws -> InboxOutcome
}

/// Who said it, and what every handler needs for its answer.
struct Said: Sendable {
    /// The signer, proved.
    let actor: Account
    /// The activity as it came.
    let activity: ActivityDocument
    /// The parts.
    let world: Federation
    /// The present.
    let now: Timestamp

    /// The activity's id, or a stand-in where it has none.
    var id: IRI { activity.id ?? activity.actor }
    /// The outbox through which answers go.
    var outbox: Outbox { world.outbox }

    /// A place at the end of every queue.
    func rank() -> Int64 { outbox.newRank() }
}

/// A handler's work after its gathering, without its types: ready to be applied.
struct Applicable: Sendable {
    let apply: @Sendable (Transaction) throws -> InboxOutcome
}

extension ActivityHandler {
    /// Gathers, and keeps what was gathered for the transaction.
    static func prepare(_ said: Said) async throws -> Applicable {
        let gathered = try await gather(said.activity, from: said.actor, in: said.world)
        return Applicable { tx in try apply(gathered, said, in: tx) }
    }
}

/// Thrown by `gather` when there is nothing to apply.
struct NothingToApply: Error {
    let outcome: InboxOutcome

    static func ignored(_ reason: IgnoreReason) -> Self { Self(outcome: .ignored(reason)) }
}
