// SPDX-License-Identifier: Apache-2.0

/// What the sender says about the algorithm. It can only narrow what the key's kind allows.
enum DeclaredAlgorithm: Sendable, Hashable {
    /// cavage without `algorithm` or with `hs2019`: RSA with SHA-256, then with SHA-512; or Ed25519.
    case hs2019
    /// RFC 9421 without `alg`: RSA with SHA-256, or Ed25519.
    case unstated
    /// `rsa-sha256`, `rsa-v1_5-sha256`.
    case rsaSHA256
    /// `ed25519`.
    case ed25519

    /// The hashes to try with such a key, in order; empty when the declaration contradicts the key.
    func hashes(for key: KeyAlgorithm) -> [HashFunction] {
        switch (self, key) {
        case (.hs2019, .rsa): [.sha256, .sha512]
        case (.unstated, .rsa), (.rsaSHA256, .rsa): [.sha256]
        case (.hs2019, .ed25519), (.unstated, .ed25519), (.ed25519, .ed25519): [.sha512]
        case (.rsaSHA256, .ed25519), (.ed25519, .rsa): []
        }
    }
}

/// A signature that passed every test that needs no key.
///
/// Holds the very bytes to verify, so a head that changes afterwards changes nothing.
public struct ParsedSignature: Sendable, Hashable {
    /// Which way it was signed.
    public let scheme: SignatureScheme
    /// The key's address, fragment included. Not our host, https unless we are http ourselves, up to 2,048 bytes.
    public let keyID: String
    /// The signature itself; 64 ... 1,024 bytes.
    public let signature: [UInt8]
    /// The covered components in order, as the scheme names them.
    public let covered: [String]
    /// When it was made: `created` when covered, else `Date`; milliseconds since 1970 UTC.
    public let created: Int64
    /// When it ends by its own word, milliseconds since 1970 UTC.
    public let expires: Int64?
    /// The label, nonce and tag of RFC 9421, for the record.
    public let annotations: Annotations
    /// Whether the method and target are covered; false only through `Verifier.acceptsUnsignedTarget`.
    public let coversTarget: Bool

    let declared: DeclaredAlgorithm
    /// The signing strings to try, strictest first. The second one, for GET, lacks the query.
    let candidates: [[UInt8]]

    /// What RFC 9421 lets a signer add. Nothing is decided by it.
    public struct Annotations: Sendable, Hashable {
        /// The label of the chosen signature.
        public var label: String?
        /// The signer's nonce.
        public var nonce: String?
        /// The signer's application tag.
        public var tag: String?
    }

    /// The SHA-256 of the signature: the key under which a replay is remembered.
    ///
    /// An honest retry is signed anew and differs. A replay cannot: base64 has one spelling here and both algorithms
    /// one signature. The key id stays out, because cavage does not cover it: a replay that spells it differently is
    /// still a replay.
    public var identity: [UInt8] { Hash.sha256(signature) }
}

/// How a key confirmed a signature.
public enum SignatureMatch: Sendable, Hashable {
    /// Over everything as received.
    case exact
    /// Over the path without the query, as some servers sign their GETs. Worth counting.
    case withoutQuery
}
