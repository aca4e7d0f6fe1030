// SPDX-License-Identifier: Apache-2.0
internal import COpenSSL
internal import TextEncoding

/// Password hashing with scrypt and one salt per password.
///
/// One verification needs 32 MiB and about 80 ms of one core; callers limit how many run at once. The hash text
/// contains its own parameters, so the parameters can be raised without invalidating existing passwords.
/// Spec: RFC 7914.
public enum PasswordHash {
    /// The longest password in bytes of UTF-8. The sign-up form checks it first.
    public static let largestPasswordBytes = 1024

    /// A well-formed hash that fits no password.
    ///
    /// Callers verify against it when the account does not exist, so that the response takes as long as for an existing
    /// account.
    public static let decoy =
        "scrypt$15$8$1$Z2hvc3Qgb2YgYSBzYWx0IQ==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

    private static let current = Parameters(logN: 15, blockSize: 8, parallelism: 1)
    private static let keyBytes = 32
    private static let saltBytes = 16

    /// Hashes a password with a new salt: `scrypt$15$8$1$<salt>$<hash>`, both base64.
    ///
    /// - Throws: `OpenSSLError` when the password is too long or there is no memory or entropy.
    public static func make(_ password: String) throws(OpenSSLError) -> String {
        guard password.utf8.count <= largestPasswordBytes else {
            throw OpenSSLError(operation: "hash password", reason: "longer than \(largestPasswordBytes) bytes")
        }
        let salt = try RandomBytes.make(saltBytes)
        guard let key = derive(password, salt: salt, current) else { throw OpenSSLError.take("hash password") }
        return [current.text, Base64.encode(salt), Base64.encode(key)].joined(separator: "$")
    }

    /// Whether `hash` was made from `password`. The comparison takes constant time.
    ///
    /// A text that is not a hash of this format fits no password.
    public static func verify(_ password: String, against hash: String) -> Bool {
        guard password.utf8.count <= largestPasswordBytes, let stored = Stored(hash),
            let key = derive(password, salt: stored.salt, stored.parameters)
        else {
            ERR_clear_error()
            return false
        }
        return CRYPTO_memcmp(key, stored.key, keyBytes) == 0
    }

    private struct Parameters {
        var logN: UInt64
        var blockSize: UInt64
        var parallelism: UInt64

        var text: String { "scrypt$\(logN)$\(blockSize)$\(parallelism)" }
    }

    private struct Stored {
        var parameters: Parameters
        var salt: [UInt8]
        var key: [UInt8]

        init?(_ text: String) {
            let parts = text.split(separator: "$", omittingEmptySubsequences: false)
            guard parts.count == 6, parts[0] == "scrypt",
                let logN = UInt64(parts[1]), (10...17).contains(logN),
                let blockSize = UInt64(parts[2]), (1...16).contains(blockSize),
                let parallelism = UInt64(parts[3]), (1...4).contains(parallelism),
                let salt = Base64.decode(parts[4].utf8), salt.count >= 8,
                let key = Base64.decode(parts[5].utf8), key.count == PasswordHash.keyBytes
            else { return nil }
            parameters = Parameters(logN: logN, blockSize: blockSize, parallelism: parallelism)
            self.salt = salt
            self.key = key
        }
    }

    private static func derive(_ password: String, salt: [UInt8], _ parameters: Parameters) -> [UInt8]? {
        let secret = password.utf8.map { CChar(bitPattern: $0) }
        var key = [UInt8](repeating: 0, count: keyBytes)
        // Safe: `Stored` bounds logN to 17 and the block size to 16, so nothing here overflows.
        let cost = UInt64(1) << parameters.logN
        let memory = 128 * parameters.blockSize * (cost + parameters.parallelism + 2) + 1_048_576
        let done = EVP_PBE_scrypt(
            secret, secret.count, salt, salt.count,
            cost, parameters.blockSize, parameters.parallelism, memory, &key, keyBytes)
        return done == 1 ? key : nil
    }
}
