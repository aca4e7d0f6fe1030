// SPDX-License-Identifier: Apache-2.0

internal import Model
internal import Storage
internal import Vocabulary

/// An accepted activity and its signer: the input of every handler.
struct IncomingActivity: Sendable {
    /// The signer, whose signature was verified.
    let actor: Account
    /// The activity as it was received.
    let activity: ActivityDocument
    /// Sends responses, and notifies local accounts.
    let outbox: Outbox
    /// The current time. It is the same for all effects of the activity.
    let now: Timestamp
    /// The row in the inbox; nil for an activity that another actor relayed. Rows are ordered by their arrival.
    var received: ID<ReceivedActivity>?

    /// The activity's id. When it has none, the id of the actor.
    var id: IRI { activity.id ?? activity.actor }
    /// The ids of local actors and objects.
    var identifiers: LocalIdentifiers { outbox.identifiers }
}

/// The outcome of one incoming activity.
public enum InboxOutcome: Sendable, Equatable {
    /// The activity took effect.
    case applied
    /// The activity had taken effect before.
    case duplicate
    /// The activity was accepted and has no effect. The reason is stored.
    case ignored(IgnoreReason)
    /// The effect needs something that is not available now.
    case retry(after: Duration)

    /// The text in the row and in the log: `applied`, `ignored:not_for_us`.
    public var code: String {
        switch self {
        case .applied: "applied"
        case .duplicate: "duplicate"
        case .ignored(let reason): "ignored:\(reason.rawValue)"
        case .retry: "retry"
        }
    }
}

/// Why an accepted activity has no effect. The raw value is stable: operators count by it.
public enum IgnoreReason: String, Sendable, CaseIterable {
    /// The type of the activity or of its object is unknown.
    case unknownType = "unknown_type"
    /// The activity concerns no local account.
    case notForUs = "not_for_us"
    /// The activity is about an object that is not stored here.
    case unknownObject = "unknown_object"
    /// The actor is not allowed to do this to the object.
    case notAllowed = "not_allowed"
    /// One of the two accounts blocked the other.
    case blocked
    /// The object was deleted before.
    case tombstoned
    /// A newer version is stored.
    case outdated
    /// The object could not be verified at its origin.
    case unproved
    /// The document lacks a property that its type needs.
    case malformed
    /// The activity changes nothing in the current state.
    case noEffect = "no_effect"

    /// The reason for an activity whose gathering failed with a permanent error.
    init(_ refusal: FederationError) {
        self =
            switch refusal {
            case .ignored(let reason): reason
            case .tombstoned, .fetch(.gone): .tombstoned
            case .notAPost, .notAnActor, .nameless, .tooLong: .malformed
            case .ownerMismatch, .wrongOrigin, .localIdentifier: .notAllowed
            case .blockedHost, .fetch(.blockedHost): .blocked
            default: .unproved
            }
    }
}
