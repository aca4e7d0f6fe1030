// SPDX-License-Identifier: Apache-2.0

public import Vocabulary

/// The reason why a remote document or an activity is refused. When it is thrown, nothing of the document was stored.
public enum FederationError: Error, Equatable, Sendable {
    /// The document could not be fetched.
    case fetch(FetchError)
    /// The document is not an actor, or lacks a property that every actor must have.
    case notAnActor
    /// The actor states no user name, so it has no handle.
    case nameless
    /// The document is neither a post nor an event.
    case notAPost
    /// The named property points to another origin than the origin of the document's `id`.
    case wrongOrigin(String)
    /// The object does not belong to the actor that is named as its owner.
    case ownerMismatch
    /// The `id` in the document and the address that served the document do not agree.
    case identifierMismatch
    /// The actor's document does not list the key, or lists another key under the same id.
    case keyMismatch
    /// The host's WebFinger response gives the name to another actor.
    case handleMismatch
    /// The document has an id of this node. Documents with a local id are never accepted from another server.
    case localIdentifier
    /// The named property is longer than the limit.
    case tooLong(String)
    /// The host is blocked by this node.
    case blockedHost
    /// The object or actor was deleted. A deleted object is never stored again.
    case tombstoned
    /// Fetching this document would take more requests than its ``FetchBudget`` allows.
    case tooManyFetches
    /// The activity does not concern anybody on this node, or its actor is not allowed to do it.
    case ignored(IgnoreReason)
    /// The database failed.
    case storage

    /// A stable code for HTTP responses and log fields.
    public var code: String {
        switch self {
        case .fetch(.gone): "gone"
        case .fetch(.notFound): "not_found"
        case .fetch(.blockedHost), .blockedHost: "blocked_host"
        case .fetch(.forbiddenAddress): "forbidden_address"
        case .fetch: "fetch_failed"
        case .notAnActor: "not_an_actor"
        case .nameless: "nameless_actor"
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

    /// Whether the same document may be accepted at a later time.
    public var isTemporary: Bool {
        switch self {
        case .fetch(.unavailable), .storage, .tooManyFetches: true
        default: false
        }
    }
}
