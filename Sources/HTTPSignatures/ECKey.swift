// SPDX-License-Identifier: Apache-2.0
internal import COpenSSL

/// A private key on the curve P-256. It signs VAPID tokens for push services and agrees on shared secrets with push
/// subscribers.
///
/// Generating a key costs about 30 µs; signing and key agreement cost about 100 µs each.
public final class ECKey: @unchecked Sendable {
    // Safe: OpenSSL counts references to an EVP_PKEY atomically, and the key never changes after `init`. Any number of
    // threads may sign and derive with one key at once (openssl-threads(7)).
    private let handle: OpaquePointer

    /// The public key as an uncompressed point: 0x04, x, y; 65 bytes.
    public let publicPoint: [UInt8]

    /// The private key as unencrypted PKCS #8 PEM text. It is a secret.
    public let pem: String

    /// The length of an uncompressed point in bytes.
    public static let pointBytes = 65

    /// Generates a new key.
    public static func generate() throws(KeyError) -> ECKey {
        guard let handle = copenssl_generate_p256() else { throw .library(OpenSSLError.take("generate key")) }
        return try ECKey(owning: handle)
    }

    /// Reads an unencrypted PEM private key on P-256 of at most 16 kB.
    ///
    /// - Throws: `.malformed`, `.tooLarge`, or `.unsupportedAlgorithm` for a key of another type.
    public convenience init(pem: String) throws(KeyError) {
        guard let handle = try PrivateKey.read(pem: pem, limitBytes: KeyLimits().largestTextBytes) else {
            throw .malformed
        }
        try self.init(owning: handle)
    }

    private init(owning handle: OpaquePointer) throws(KeyError) {
        do throws(KeyError) {
            guard copenssl_is_p256(handle) == 1 else { throw .unsupportedAlgorithm }
            var point = [UInt8](repeating: 0, count: Self.pointBytes)
            guard copenssl_point(handle, &point, point.count) == Self.pointBytes, point.first == 4 else {
                throw .library(OpenSSLError.take("read public half"))
            }
            publicPoint = point
            pem = try PrivateKey.text(of: handle)
        } catch {
            EVP_PKEY_free(handle)
            ERR_clear_error()
            throw error
        }
        self.handle = handle
    }

    deinit { EVP_PKEY_free(handle) }

    /// Signs the bytes with ECDSA and SHA-256: r and s, 32 bytes each. Spec: RFC 7518 §3.4.
    public func sign(_ bytes: [UInt8]) throws(OpenSSLError) -> [UInt8] {
        guard let context = EVP_MD_CTX_new() else { throw OpenSSLError.take("sign") }
        defer { EVP_MD_CTX_free(context) }
        var length = 0
        guard EVP_DigestSignInit(context, nil, EVP_sha256(), nil, handle) == 1,
            EVP_DigestSign(context, nil, &length, bytes, bytes.count) == 1
        else { throw OpenSSLError.take("sign") }
        var encoded = [UInt8](repeating: 0, count: length)
        guard EVP_DigestSign(context, &encoded, &length, bytes, bytes.count) == 1
        else { throw OpenSSLError.take("sign") }
        guard let signature = Self.plain(encoded.prefix(length)) else {
            throw OpenSSLError(operation: "sign", reason: "not a signature of two numbers")
        }
        return signature
    }

    /// Computes the 32-byte shared secret with the owner of another key (ECDH). Spec: SEC 1 §3.3.1.
    ///
    /// - Parameter point: the other public key, uncompressed.
    /// - Throws: `.malformed` when it is not a point of the curve.
    public func sharedSecret(with point: [UInt8]) throws(KeyError) -> [UInt8] {
        guard let peer = Self.publicKey(point) else { throw .malformed }
        defer { EVP_PKEY_free(peer) }
        guard let context = EVP_PKEY_CTX_new(handle, nil) else { throw .library(OpenSSLError.take("agree")) }
        defer { EVP_PKEY_CTX_free(context) }
        guard EVP_PKEY_derive_init(context) == 1, EVP_PKEY_derive_set_peer(context, peer) == 1 else {
            ERR_clear_error()
            throw .malformed
        }
        var secret = [UInt8](repeating: 0, count: 32)
        var length = secret.count
        guard EVP_PKEY_derive(context, &secret, &length) == 1, length == secret.count else {
            throw .library(OpenSSLError.take("agree"))
        }
        return secret
    }

    /// Whether the bytes are an uncompressed point of the curve.
    public static func isPoint(_ bytes: [UInt8]) -> Bool {
        guard let key = publicKey(bytes) else { return false }
        EVP_PKEY_free(key)
        return true
    }

    /// Whether `signature` (r and s) was made over `bytes` with the private key of this point.
    package static func verify(_ signature: [UInt8], of bytes: [UInt8], point: [UInt8]) -> Bool {
        guard signature.count == 64, let key = publicKey(point) else { return false }
        defer { EVP_PKEY_free(key) }
        let numbers = [signature.prefix(32), signature.suffix(32)].map { number in
            DERWriter.integer(Array(number.drop { $0 == 0 }))
        }
        let encoded = DERWriter.element(DERReader.sequence, numbers.flatMap(\.self))
        guard let context = EVP_MD_CTX_new() else { return false }
        defer { EVP_MD_CTX_free(context) }
        let fits =
            EVP_DigestVerifyInit(context, nil, EVP_sha256(), nil, key) == 1
            && EVP_DigestVerify(context, encoded, encoded.count, bytes, bytes.count) == 1
        ERR_clear_error()
        return fits
    }

    private static func publicKey(_ point: [UInt8]) -> OpaquePointer? {
        guard point.count == pointBytes, point.first == 4,
            let parameters = copenssl_p256_parameters(point, point.count)
        else { return nil }
        defer { OSSL_PARAM_free(parameters) }
        guard let context = EVP_PKEY_CTX_new_from_name(nil, "EC", nil) else { return nil }
        defer { EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        guard EVP_PKEY_fromdata_init(context) == 1,
            EVP_PKEY_fromdata(context, &key, copenssl_public_key_selection(), parameters) == 1
        else {
            ERR_clear_error()
            return nil
        }
        return key
    }

    /// The two numbers of a DER signature, each padded to 32 bytes.
    private static func plain(_ encoded: ArraySlice<UInt8>) -> [UInt8]? {
        var outer = DERReader(encoded)
        guard let content = outer.take(DERReader.sequence), outer.isAtEnd else { return nil }
        var reader = DERReader(content)
        guard let first = reader.takeMagnitude(), let second = reader.takeMagnitude(), reader.isAtEnd,
            first.count <= 32, second.count <= 32
        else { return nil }
        return [first, second].flatMap { [UInt8](repeating: 0, count: 32 - $0.count) + $0 }
    }
}
