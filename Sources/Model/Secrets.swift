// SPDX-License-Identifier: Apache-2.0

internal import TextEncoding

/// The cryptographic functions that the rules need. The composition root supplies them, so that the rules do not depend
/// on OpenSSL.
///
/// The slow functions are asynchronous, because they run on threads of their own and not on those that answer requests.
/// They throw `ServiceError.busy` when too many callers wait.
public struct Secrets: Sendable {
    /// Hashes a password for storage; deliberately slow.
    public var hashPassword: @Sendable (String) async throws -> String
    /// Whether the password fits the stored hash; takes the same time for a wrong password.
    public var verifyPassword: @Sendable (_ password: String, _ stored: String) async throws -> Bool
    /// A hash to verify against when the account does not exist: it takes the same time and never succeeds.
    public var decoyHash: String
    /// SHA-256, for storing tokens as digests.
    public var digest: @Sendable ([UInt8]) -> [UInt8]
    /// Makes random bytes.
    public var randomBytes: @Sendable (Int) throws -> [UInt8]
    /// Makes a key pair for a new actor, both parts in PEM.
    public var makeKeyPair: @Sendable () async throws -> KeyPair

    /// Creates the value; called by the target `Troquet`.
    public init(
        hashPassword: @escaping @Sendable (String) async throws -> String,
        verifyPassword: @escaping @Sendable (_ password: String, _ stored: String) async throws -> Bool,
        decoyHash: String,
        digest: @escaping @Sendable ([UInt8]) -> [UInt8],
        randomBytes: @escaping @Sendable (Int) throws -> [UInt8],
        makeKeyPair: @escaping @Sendable () async throws -> KeyPair
    ) {
        self.hashPassword = hashPassword
        self.verifyPassword = verifyPassword
        self.decoyHash = decoyHash
        self.digest = digest
        self.randomBytes = randomBytes
        self.makeKeyPair = makeKeyPair
    }

    /// Makes a secret token for a person: 256 bits in URL-safe characters.
    public func makeToken() throws -> String {
        Base64URL.encode(try randomBytes(32))
    }
}

/// The private and public key of an actor.
public struct KeyPair: Sendable, Hashable {
    /// The private key, PKCS #8 in PEM. It never leaves the database.
    public var privatePEM: String
    /// The public key, SubjectPublicKeyInfo in PEM.
    public var publicPEM: String

    /// Creates the value.
    public init(privatePEM: String, publicPEM: String) {
        self.privatePEM = privatePEM
        self.publicPEM = publicPEM
    }
}
