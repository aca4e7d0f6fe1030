// SPDX-License-Identifier: Apache-2.0

public import Vocabulary

/// Why a remote document, or an activity, is not taken. Nothing of it was stored.
public enum FederationError: Error, Equatable, Sendable {
    /// It could not be had.
    case fetch(FetchError)
    /// It is no actor, or lacks what every actor has.
    case notAnActor
    /// It is nothing that people read: neither a post nor an event.
    case notAPost
    /// The named property points to another origin than the document's own.
    case wrongOrigin(String)
    /// It does not belong to the one whom it is said to belong to.
    case ownerMismatch
    /// The document and the address under which it was served disagree about its id.
    case identifierMismatch
    /// The actor does not list the key, or lists another one under its name.
    case keyMismatch
    /// The host's directory gives the name to another actor.
    case handleMismatch
    /// It bears an id of this node; those are never taken from outside.
    case localIdentifier
    /// The named property is longer than any honest one.
    case tooLong(String)
    /// The node has decided not to talk with that host.
    case blockedHost
    /// It was deleted; what is deleted does not come back.
    case tombstoned
    /// Reading on would take more requests than one document is worth.
    case tooManyFetches
    /// The activity has nothing to do here, or no right to.
    case ignored(IgnoreReason)
    /// The database could not answer.
    case storage

    /// A stable word for answers and log fields.
    public var code: String {
        switch self {
        case .fetch(.gone): "gone"
        case .fetch(.notFound): "not_found"
        case .fetch(.blockedHost), .blockedHost: "blocked_host"
        case .fetch(.forbiddenAddress): "forbidden_address"
        case .fetch: "fetch_failed"
        case .notAnActor: "not_an_actor"
        case .notAPost: "not_a_post"
        case .wrongOrigin: "wrong_origin"
        case .ownerMismatch: "attributed_to_mismatch"
        case .identifierMismatch: "id_mismatch"
        case .keyMismatch: "key_mismatch"
        case .handleMismatch: "handle_mismatch"
        case .localIdentifier: "local_identifier"
        case .tooLong: "too_long"
        case .tombstoned: "tombstoned"
        case .tooManyFetches: "too_many_fetches"
        case .ignored(let reason): reason.rawValue
        case .storage: "storage_unavailable"
        }
    }

    /// Whether the same document may be taken at another time.
    public var isTemporary: Bool {
        switch self {
        case .fetch(.unavailable), .storage, .tooManyFetches: true
        default: false
        }
    }
}
