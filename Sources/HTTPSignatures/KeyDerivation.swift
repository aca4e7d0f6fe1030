// SPDX-License-Identifier: Apache-2.0
internal import COpenSSL

/// Derivation of keys from secrets: HMAC and HKDF with SHA-256. Spec: RFC 2104, RFC 5869.
enum KeyDerivation {
    /// The HMAC of the bytes: 32 bytes.
    static func hmac(key: [UInt8], _ bytes: [UInt8]) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: 32)
        var length: UInt32 = 32
        // Safe: keys here are salts and secrets of at most 65 bytes, far inside Int32.
        let done = HMAC(EVP_sha256(), key, Int32(truncatingIfNeeded: key.count), bytes, bytes.count, &output, &length)
        // Safe: HMAC fails only when there is no memory, and then every Swift allocation fails too. An HMAC of zeros
        // would be no secret.
        precondition(done != nil && length == 32, "HMAC is not available in this OpenSSL")
        return output
    }

    /// Extracts from `secret` with `salt`, then expands to `count` bytes.
    ///
    /// - Parameter count: 1 ... 32. Only the first block of the expansion is implemented, because no caller needs more.
    static func hkdf(secret: [UInt8], salt: [UInt8], info: [UInt8], count: Int) -> [UInt8] {
        let key = hmac(key: salt, secret)
        return Array(hmac(key: key, info + [1]).prefix(count))
    }
}

/// AES-128 in Galois/counter mode. Spec: NIST SP 800-38D.
enum AESGCM {
    /// The tag's length in bytes.
    static let tagBytes = 16

    /// Encrypts the message and appends the tag.
    ///
    /// - Parameters:
    ///   - key: 16 bytes.
    ///   - nonce: 12 bytes; must never be used twice with the same key.
    static func seal(_ message: [UInt8], key: [UInt8], nonce: [UInt8]) throws(OpenSSLError) -> [UInt8] {
        guard key.count == 16, nonce.count == 12, message.count <= 65_536 else {
            throw OpenSSLError(operation: "encrypt", reason: "key, nonce or message of a wrong length")
        }
        guard let context = EVP_CIPHER_CTX_new() else { throw OpenSSLError.take("encrypt") }
        defer { EVP_CIPHER_CTX_free(context) }
        var sealed = [UInt8](repeating: 0, count: message.count)
        var tag = [UInt8](repeating: 0, count: tagBytes)
        var length: Int32 = 0
        var rest: Int32 = 0
        // Safe: the message has at most 65,536 bytes, which fits Int32. In counter mode the final call writes nothing,
        // and its buffer must only be non-empty.
        guard EVP_EncryptInit_ex(context, EVP_aes_128_gcm(), nil, key, nonce) == 1,
            EVP_EncryptUpdate(context, &sealed, &length, message, Int32(message.count)) == 1,
            Int(length) == message.count,
            EVP_EncryptFinal_ex(context, &tag, &rest) == 1,
            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(tagBytes), &tag) == 1
        else { throw OpenSSLError.take("encrypt") }
        return sealed + tag
    }
}
