// SPDX-License-Identifier: Apache-2.0

internal import TextEncoding

/// What the rules need of cryptography, given by the composition root so that no rule knows the library.
public struct Secrets: Sendable {
    /// A password to what is stored of it; slow on purpose.
    public var hashPassword: @Sendable (String) throws -> String
    /// Whether the password is the one that was stored; takes the same time for a wrong one.
    public var verifyPassword: @Sendable (_ password: String, _ stored: String) -> Bool
    /// What is verified against when there is nobody of that name: it takes as long, and never succeeds.
    public var decoyHash: String
    /// SHA-256, for tokens at rest.
    public var digest: @Sendable ([UInt8]) -> [UInt8]
    /// Unpredictable bytes.
    public var randomBytes: @Sendable (Int) throws -> [UInt8]
    /// A fresh key pair for a new actor: private and public part, both PEM.
    public var makeKeyPair: @Sendable () throws -> KeyPair

    /// Creates the value; `Troquet` does.
    public init(
        hashPassword: @escaping @Sendable (String) throws -> String,
        verifyPassword: @escaping @Sendable (_ password: String, _ stored: String) -> Bool,
        decoyHash: String,
        digest: @escaping @Sendable ([UInt8]) -> [UInt8],
        randomBytes: @escaping @Sendable (Int) throws -> [UInt8],
        makeKeyPair: @escaping @Sendable () throws -> KeyPair
    ) {
        self.hashPassword = hashPassword
        self.verifyPassword = verifyPassword
        self.decoyHash = decoyHash
        self.digest = digest
        self.randomBytes = randomBytes
        self.makeKeyPair = makeKeyPair
    }

    /// A token for a person to keep: 256 bits in URL-safe letters.
    public func makeToken() throws -> String {
        Base64URL.encode(try randomBytes(32))
    }
}

/// Both halves of an actor's key.
public struct KeyPair: Sendable, Hashable {
    /// PKCS #8, PEM. Never leaves the database.
    public var privatePEM: String
    /// SubjectPublicKeyInfo, PEM.
    public var publicPEM: String

    /// Creates the value.
    public init(privatePEM: String, publicPEM: String) {
        self.privatePEM = privatePEM
        self.publicPEM = publicPEM
    }
}
