// SPDX-License-Identifier: Apache-2.0
internal import COpenSSL

/// The two hash functions that signatures and digests use.
public enum HashFunction: String, Sendable, Hashable, CaseIterable {
    /// SHA-256: 32 bytes.
    case sha256
    /// SHA-512: 64 bytes.
    case sha512

    /// The length of a digest in bytes.
    public var length: Int { self == .sha256 ? 32 : 64 }

    var evp: OpaquePointer? { self == .sha256 ? EVP_sha256() : EVP_sha512() }
}

/// Hashing of whole byte arrays.
public enum Hash {
    /// The SHA-256 digest of the bytes: 32 bytes.
    public static func sha256(_ bytes: [UInt8]) -> [UInt8] { digest(bytes, .sha256) }

    /// The SHA-512 digest of the bytes: 64 bytes.
    public static func sha512(_ bytes: [UInt8]) -> [UInt8] { digest(bytes, .sha512) }

    static func digest(_ bytes: [UInt8], _ function: HashFunction) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: function.length)
        let done = EVP_Digest(bytes, bytes.count, &output, nil, function.evp, nil)
        // Safe: SHA-2 over a buffer in memory fails only when there is no memory, and then every Swift allocation fails
        // too. Continuing with a digest of zeros would make two different bodies look equal.
        precondition(done == 1, "SHA-2 is not available in this OpenSSL")
        return output
    }
}
