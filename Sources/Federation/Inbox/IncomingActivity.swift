// SPDX-License-Identifier: Apache-2.0

internal import Model
internal import Vocabulary

/// An activity that was let in, and who signed it: what every handler is told.
struct IncomingActivity: Sendable {
    /// The signer, proved.
    let actor: Account
    /// The activity as it came.
    let activity: ActivityDocument
    /// Through which answers go, and people here are told.
    let outbox: Outbox
    /// The present, the same for all that the activity does.
    let now: Timestamp

    /// The activity's id, or a stand-in where it has none.
    var id: IRI { activity.id ?? activity.actor }
    /// Our ids on the wire.
    var identifiers: LocalIdentifiers { outbox.identifiers }
}

/// What became of one inbound activity.
public enum InboxOutcome: Sendable, Equatable {
    /// It did what it says.
    case applied
    /// It had been done before.
    case duplicate
    /// It was heard and not done, for a reason that is written down.
    case ignored(IgnoreReason)
    /// Its effect needs something that could not be had now.
    case retry(after: Duration)

    /// As it stands in the row and in the log: `applied`, `ignored:not_for_us`.
    public var code: String {
        switch self {
        case .applied: "applied"
        case .duplicate: "duplicate"
        case .ignored(let reason): "ignored:\(reason.rawValue)"
        case .retry: "retry"
        }
    }
}

/// Why an activity was heard and not done. The raw value is stable: operators count by it.
public enum IgnoreReason: String, Sendable, CaseIterable {
    /// We do not know this type.
    case unknownType = "unknown_type"
    /// Nobody here is concerned.
    case notForUs = "not_for_us"
    /// It speaks of something that we never saw.
    case unknownObject = "unknown_object"
    /// The actor has no say over the object.
    case notAllowed = "not_allowed"
    /// One of the two blocked the other.
    case blocked
    /// The object was deleted before.
    case tombstoned
    /// We know a newer version.
    case outdated
    /// The object could not be proved at its origin.
    case unproved
    /// The document lacks what its type needs.
    case malformed
    /// There is nothing in its state that this could change.
    case noEffect = "no_effect"

    /// The reason for which an activity is ignored whose gathering was refused for good.
    init(_ refusal: FederationError) {
        self =
            switch refusal {
            case .ignored(let reason): reason
            case .tombstoned, .fetch(.gone): .tombstoned
            case .notAPost, .notAnActor, .tooLong: .malformed
            case .ownerMismatch, .wrongOrigin, .localIdentifier: .notAllowed
            case .blockedHost, .fetch(.blockedHost): .blocked
            default: .unproved
            }
    }
}
