// SPDX-License-Identifier: Apache-2.0
internal import COpenSSL

/// A private key of a local actor.
///
/// Reading a key from PEM costs more than a millisecond, so callers keep it. Signing costs 0.25 to 1.4 ms (RSA 2048) or
/// 110 µs (Ed25519).
public final class PrivateKey: @unchecked Sendable {
    // Safe: OpenSSL counts references to an EVP_PKEY atomically, and the key never changes after `init`. Any number of
    // threads may sign with one key at once (openssl-threads(7)).
    private let handle: OpaquePointer

    /// The public key of the pair.
    public let publicKey: PublicKey

    /// The key as unencrypted PKCS#8 PEM text. It is a secret and is stored only in the key column of the database.
    public let pem: String

    /// The type of the key.
    public var algorithm: KeyAlgorithm { publicKey.algorithm }

    /// Generates an RSA key; this takes about 50 ms for 2048 bits.
    ///
    /// - Parameter bits: 2048 ... 8192.
    /// - Throws: `KeyError.unsupportedModulus` outside those bounds.
    public static func generateRSA(bits: Int = 2048) throws(KeyError) -> PrivateKey {
        guard (2048...8192).contains(bits) else { throw .unsupportedModulus }
        return try generate("RSA", bits: bits)
    }

    /// Generates an Ed25519 key.
    public static func generateEd25519() throws(KeyError) -> PrivateKey { try generate("ED25519", bits: nil) }

    /// Reads an unencrypted PEM private key, PKCS#8 or PKCS#1, up to 16 kB.
    ///
    /// An encrypted key is refused, because no caller can supply a passphrase.
    public convenience init(pem: String) throws(KeyError) {
        try self.init(pem: pem, limits: KeyLimits())
    }

    package convenience init(pem: String, limits: KeyLimits) throws(KeyError) {
        guard let handle = try Self.read(pem: pem, limitBytes: limits.largestTextBytes) else { throw .malformed }
        try self.init(owning: handle, limits: limits)
    }

    private init(owning handle: OpaquePointer, limits: KeyLimits) throws(KeyError) {
        do throws(KeyError) {
            let der = try Self.publicHalf(of: handle)
            self.publicKey = try PublicKey(derSPKI: der, limits: limits)
            self.pem = try Self.text(of: handle)
        } catch {
            EVP_PKEY_free(handle)
            throw error
        }
        self.handle = handle
    }

    deinit { EVP_PKEY_free(handle) }

    /// Signs the bytes: RSASSA-PKCS1-v1_5 with SHA-256, or Ed25519.
    ///
    /// Both are deterministic: the same bytes give the same signature.
    public func sign(_ bytes: [UInt8]) throws(OpenSSLError) -> [UInt8] {
        guard let context = EVP_MD_CTX_new() else { throw OpenSSLError.take("sign") }
        defer { EVP_MD_CTX_free(context) }
        let function = algorithm == .rsa ? EVP_sha256() : nil
        var length = 0
        guard EVP_DigestSignInit(context, nil, function, nil, handle) == 1,
            EVP_DigestSign(context, nil, &length, bytes, bytes.count) == 1
        else { throw OpenSSLError.take("sign") }
        var signature = [UInt8](repeating: 0, count: length)
        guard EVP_DigestSign(context, &signature, &length, bytes, bytes.count) == 1
        else { throw OpenSSLError.take("sign") }
        return Array(signature.prefix(length))
    }

    /// Reads a private key.
    ///
    /// - Returns: a key that the caller frees, or `nil` when the text is not an unencrypted private key.
    static func read(pem: String, limitBytes: Int) throws(KeyError) -> OpaquePointer? {
        let text = Array(pem.utf8)
        guard text.count <= limitBytes else { throw .tooLarge }
        // Safe: at most 16,384 bytes, inside Int32; the buffer outlives the BIO that reads it.
        let handle = text.withUnsafeBytes { buffer -> OpaquePointer? in
            guard let source = BIO_new_mem_buf(buffer.baseAddress, Int32(buffer.count)) else { return nil }
            defer { BIO_free(source) }
            return copenssl_read_private_key(source)
        }
        if handle == nil { ERR_clear_error() }
        return handle
    }

    static func text(of handle: OpaquePointer) throws(KeyError) -> String {
        guard let sink = BIO_new(BIO_s_mem()) else { throw .library(OpenSSLError.take("write private key")) }
        defer { BIO_free(sink) }
        var bytes: UnsafeMutablePointer<CChar>?
        guard PEM_write_bio_PrivateKey(sink, handle, nil, nil, 0, nil, nil) == 1 else {
            throw .library(OpenSSLError.take("write private key"))
        }
        let count = copenssl_written_bytes(sink, &bytes)
        guard let bytes, count > 0 else { throw .library(OpenSSLError.take("write private key")) }
        return String(decoding: UnsafeRawBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    private static func publicHalf(of handle: OpaquePointer) throws(KeyError) -> [UInt8] {
        var bytes: UnsafeMutablePointer<UInt8>?
        let count = i2d_PUBKEY(handle, &bytes)
        guard count > 0, let bytes else { throw .library(OpenSSLError.take("read public half")) }
        defer { CRYPTO_free(bytes, nil, 0) }
        return Array(UnsafeBufferPointer(start: bytes, count: Int(count)))
    }

    private static func generate(_ name: String, bits: Int?) throws(KeyError) -> PrivateKey {
        guard let context = EVP_PKEY_CTX_new_from_name(nil, name, nil) else {
            throw .library(OpenSSLError.take("generate key"))
        }
        defer { EVP_PKEY_CTX_free(context) }
        var isReady = EVP_PKEY_keygen_init(context) == 1
        if isReady, let bits { isReady = EVP_PKEY_CTX_set_rsa_keygen_bits(context, Int32(bits)) == 1 }
        var handle: OpaquePointer?
        guard isReady, EVP_PKEY_generate(context, &handle) == 1, let handle else {
            throw .library(OpenSSLError.take("generate key"))
        }
        return try PrivateKey(owning: handle, limits: KeyLimits())
    }
}
