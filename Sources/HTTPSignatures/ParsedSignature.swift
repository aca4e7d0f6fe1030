// SPDX-License-Identifier: Apache-2.0

/// The algorithm that the sender states. It can only narrow what the type of the key allows.
enum DeclaredAlgorithm: Sendable, Hashable {
    /// cavage without `algorithm` or with `hs2019`: RSA with SHA-256, then with SHA-512; or Ed25519.
    case hs2019
    /// RFC 9421 without `alg`: RSA with SHA-256, or Ed25519.
    case unstated
    /// `rsa-sha256`, `rsa-v1_5-sha256`.
    case rsaSHA256
    /// `ed25519`.
    case ed25519

    /// The hashes to try with a key of this type, in order; empty when the stated algorithm contradicts the key.
    func hashes(for key: KeyAlgorithm) -> [HashFunction] {
        switch (self, key) {
        case (.hs2019, .rsa): [.sha256, .sha512]
        case (.unstated, .rsa), (.rsaSHA256, .rsa): [.sha256]
        case (.hs2019, .ed25519), (.unstated, .ed25519), (.ed25519, .ed25519): [.sha512]
        case (.rsaSHA256, .ed25519), (.ed25519, .rsa): []
        }
    }
}

/// A signature that passed every check that needs no key.
///
/// It holds the exact bytes to verify, so later changes to the request head have no effect.
public struct ParsedSignature: Sendable, Hashable {
    /// The scheme of the signature.
    public let scheme: SignatureScheme
    /// The key id, fragment included: an address of at most 2,048 bytes on another host, with https unless this server
    /// itself uses http.
    public let keyID: String
    /// The signature; 64 ... 1,024 bytes.
    public let signature: [UInt8]
    /// The covered components in order, in the notation of the scheme.
    public let covered: [String]
    /// When the signature was made, in milliseconds since 1970 UTC: `created` when it is covered, otherwise `Date`.
    public let created: Int64
    /// When the signature expires, as the sender states, in milliseconds since 1970 UTC.
    public let expires: Int64?
    /// The label, nonce and tag of RFC 9421, for information only.
    public let annotations: Annotations
    /// Whether the method and target are covered; false only through `Verifier.acceptsUnsignedTarget`.
    public let coversTarget: Bool

    let declared: DeclaredAlgorithm
    /// The signing strings to try, the strictest first. A GET with a query has a second one without the query.
    let candidates: [[UInt8]]

    /// Information that RFC 9421 lets a signer add. No decision depends on it.
    public struct Annotations: Sendable, Hashable {
        /// The label of the chosen signature.
        public var label: String?
        /// The signer's nonce.
        public var nonce: String?
        /// The signer's application tag.
        public var tag: String?
    }

    /// The SHA-256 of the signature, under which replays are remembered.
    ///
    /// An honest retry is signed again and has another signature. A replay cannot have another one: base64 has only one
    /// accepted spelling, and both algorithms are deterministic. The key id is not part of the identity because cavage
    /// does not cover it: a replay with another spelling of the key id is still a replay.
    public var identity: [UInt8] { Hash.sha256(signature) }
}

/// How a signature fits the key.
public enum SignatureMatch: Sendable, Hashable {
    /// The signature covers everything as received.
    case exact
    /// The signature covers the path without the query, as some servers sign their GETs. Callers may count these.
    case withoutQuery
}
