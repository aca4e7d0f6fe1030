// SPDX-License-Identifier: Apache-2.0

/// The two schemes for signing a request.
public enum SignatureScheme: String, Sendable, Hashable {
    /// draft-cavage-http-signatures-12, which nearly all servers send.
    case cavage
    /// RFC 9421: HTTP Message Signatures.
    case rfc9421
}

/// Why a request is not believed. The raw value is a stable code that peers, metrics and the admin page show.
public enum SignatureError: String, Error, Sendable, Hashable, CaseIterable {
    /// Neither `Signature` nor `Signature-Input` is present.
    case missingSignature = "missing_signature"
    /// The signature headers have a syntax error or are too large.
    case malformedSignature = "malformed_signature"
    /// A security-relevant header appears twice.
    case duplicateHeader = "duplicate_header"
    /// A parameter, label or covered component appears twice.
    case duplicateParameter = "duplicate_parameter"
    /// A header contains CR, LF, NUL or another control character, or the method or the target is invalid.
    case malformedHeader = "malformed_header"
    /// A covered component is not supported, or has parameters.
    case unsupportedComponent = "unsupported_component"
    /// `Digest` or `Content-Digest` has a syntax error or a digest of the wrong length.
    case malformedDigest = "malformed_digest"
    /// The algorithm is not supported, or it contradicts another parameter.
    case unsupportedAlgorithm = "unsupported_algorithm"
    /// The signature does not cover method, target, host and time.
    case weakCoverage = "weak_coverage"
    /// The body has no digest with SHA-256.
    case digestMissing = "digest_missing"
    /// The digest is present but not covered.
    case digestNotSigned = "digest_not_signed"
    /// The body does not have the digest that the header states.
    case digestMismatch = "digest_mismatch"
    /// A covered header is not in the request.
    case missingHeader = "missing_header"
    /// There is no creation time, or `Date` is not an IMF-fixdate.
    case dateMissing = "date_missing"
    /// The signature was created more than 65 minutes ago or more than 60 minutes in the future.
    case dateOutOfRange = "date_out_of_range"
    /// The signature is past its `expires`.
    case expired
    /// The request is meant for another host.
    case wrongHost = "wrong_host"
    /// The key id is missing, is not an https address, or belongs to this server.
    case badKeyID = "bad_key_id"
    /// The signature does not fit the key.
    case badSignature = "bad_signature"
    /// The owner's document does not contain the key.
    case keyNotFound = "key_not_found"
    /// There are more than four RFC 9421 labels.
    case tooManySignatures = "too_many_signatures"

    /// The HTTP status: 400 for a malformed request, 401 for a well-formed request that is not believed.
    public var status: Int {
        switch self {
        case .malformedSignature, .duplicateHeader, .duplicateParameter, .malformedHeader, .unsupportedComponent,
            .malformedDigest:
            400
        default: 401
        }
    }
}
