// SPDX-License-Identifier: Apache-2.0

/// Which of the two ways of signing a request.
public enum SignatureScheme: String, Sendable, Hashable {
    /// draft-cavage-http-signatures-12: what nearly everybody sends.
    case cavage
    /// RFC 9421: HTTP Message Signatures.
    case rfc9421
}

/// Why a request is not believed. The raw value is the stable code that peers, metrics and the admin page see.
public enum SignatureRefusal: String, Error, Sendable, Hashable, CaseIterable {
    /// Neither `Signature` nor `Signature-Input` is there.
    case missingSignature = "missing_signature"
    /// The signature headers do not follow their grammar, or are too large.
    case malformedSignature = "malformed_signature"
    /// A header that matters to security is there twice.
    case duplicateHeader = "duplicate_header"
    /// A parameter, label or covered component is there twice.
    case duplicateParameter = "duplicate_parameter"
    /// CR, LF, NUL or another control character in a header, or a method or target that is none.
    case malformedHeader = "malformed_header"
    /// A covered component that we do not compute, or a component parameter.
    case unsupportedComponent = "unsupported_component"
    /// `Digest` or `Content-Digest` does not follow its grammar, or has the wrong length.
    case malformedDigest = "malformed_digest"
    /// An algorithm that is not ours, or that contradicts what else is said.
    case unsupportedAlgorithm = "unsupported_algorithm"
    /// The signature does not cover what it must: method, target, host, time.
    case weakCoverage = "weak_coverage"
    /// The body has no digest with SHA-256.
    case digestMissing = "digest_missing"
    /// The digest is there and not covered.
    case digestNotSigned = "digest_not_signed"
    /// The body is not the one that the digest describes.
    case digestMismatch = "digest_mismatch"
    /// A covered header is not in the request.
    case missingHeader = "missing_header"
    /// No creation time, or a `Date` that is not an IMF-fixdate.
    case dateMissing = "date_missing"
    /// Created more than 65 minutes ago or more than 60 minutes from now.
    case dateOutOfRange = "date_out_of_range"
    /// Past its own `expires`.
    case expired
    /// Meant for another host.
    case wrongHost = "wrong_host"
    /// The key id is missing, not an https address, or one of our own.
    case badKeyID = "bad_key_id"
    /// The key does not confirm it.
    case badSignature = "bad_signature"
    /// The owner of the key does not show it.
    case keyNotFound = "key_not_found"
    /// More than four RFC 9421 labels.
    case tooManySignatures = "too_many_signatures"

    /// 400 when the request is not well formed, 401 when it is and is not believed.
    public var status: Int {
        switch self {
        case .malformedSignature, .duplicateHeader, .duplicateParameter, .malformedHeader, .unsupportedComponent,
            .malformedDigest:
            400
        default: 401
        }
    }
}
