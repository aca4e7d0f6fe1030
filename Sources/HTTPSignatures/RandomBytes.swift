// SPDX-License-Identifier: Apache-2.0
internal import COpenSSL

/// Unpredictable bytes for salts, tokens and keys.
public enum RandomBytes {
    /// Makes `count` random bytes.
    ///
    /// - Parameter count: 0 ... 65,536; other values are an error.
    /// - Throws: `OpenSSLError` when the generator has no entropy. Weaker bytes are never returned instead.
    public static func make(_ count: Int) throws(OpenSSLError) -> [UInt8] {
        guard (0...65_536).contains(count) else {
            throw OpenSSLError(operation: "random bytes", reason: "count out of range")
        }
        var bytes = [UInt8](repeating: 0, count: count)
        guard RAND_bytes(&bytes, Int32(count)) == 1 else { throw OpenSSLError.take("random bytes") }
        return bytes
    }
}
