// SPDX-License-Identifier: Apache-2.0

public import HTTPSignatures
internal import Vocabulary

/// The reason why the authenticator rejected a request: an HTTP status and a stable code. It never contains a byte of
/// the request.
public struct InboxRejection: Error, Equatable, Sendable {
    /// The HTTP status.
    public let status: Int
    /// A stable code. Clients, operators and tests depend on it.
    public let code: String
    /// The value of `Retry-After` in seconds, when the sender should wait for a known time.
    public let retryAfterSeconds: Int?

    /// Creates the value.
    public init(_ status: Int, _ code: String, retryAfterSeconds: Int? = nil) {
        self.status = status
        self.code = code
        self.retryAfterSeconds = retryAfterSeconds
    }

    /// Makes the rejection for an invalid signature.
    public init(_ refusal: SignatureError) {
        self.init(refusal.status, refusal.rawValue)
    }

    static let wrongMediaType = Self(415, "wrong_media_type")
    static let tooLarge = Self(413, "too_large")
    static let malformedJSON = Self(400, "malformed_json")
    static let duplicateKey = Self(400, "duplicate_key")
    static let tooDeep = Self(400, "too_deep")
    static let malformedActivity = Self(400, "malformed_activity")
    static let hostBlocked = Self(403, "host_blocked")
    static let federationOff = Self(403, "federation_off")
    static let signerIsNotActor = Self(403, "signer_is_not_actor")
    static let attributedToMismatch = Self(403, "attributed_to_mismatch")
    static let wrongOrigin = Self(403, "wrong_origin")
    static let localIdentifier = Self(403, "local_identifier")
    static let actorSuspended = Self(403, "actor_suspended")
    static let keyNotFound = Self(401, "key_not_found")
    static let keyUnavailable = Self(503, "key_unavailable")
    static let overloaded = Self(503, "overloaded")

    /// The sender sends too many requests.
    static func tooManyRequests(retryAfterSeconds: Int) -> Self {
        Self(429, "too_many_requests", retryAfterSeconds: retryAfterSeconds)
    }

    init(_ error: JSONError) {
        switch error {
        case .duplicateKey: self = .duplicateKey
        case .tooDeep, .tooManyNodes: self = .tooDeep
        case .tooLarge: self = .tooLarge
        case .malformed, .invalidUTF8: self = .malformedJSON
        }
    }

    init(fetching refusal: FederationError) {
        switch refusal {
        case .blockedHost, .fetch(.blockedHost): self = .hostBlocked
        case .fetch(.unavailable): self = .keyUnavailable
        default: self = .keyNotFound
        }
    }
}
