// SPDX-License-Identifier: Apache-2.0
internal import COpenSSL

/// A public key of a remote or local actor. It is read from PEM, DER or multibase and verifies signatures.
///
/// Making a key costs about 12 µs; verifying costs 50 µs (RSA) or 260 µs (Ed25519). Callers keep it together with its
/// actor.
public final class PublicKey: @unchecked Sendable {
    // Safe: OpenSSL counts references to an EVP_PKEY atomically, and the key never changes after `init`. Any number of
    // threads may verify with one key at once (openssl-threads(7)).
    private let handle: OpaquePointer
    private let material: KeyMaterial

    /// The type of the key.
    public var algorithm: KeyAlgorithm { material.algorithm }

    /// The canonical SubjectPublicKeyInfo. Two keys are equal exactly when these bytes are equal.
    public var derSPKI: [UInt8] { material.spki }

    /// The canonical PEM text: label `PUBLIC KEY`, lines of 64, a final newline.
    public var pem: String { PEM.encode(material.spki) }

    /// The Multikey encoding, `z…`. Spec: FEP-521a.
    public var multibase: String { Multibase.encode(material) }

    /// Reads a PEM text with the label `PUBLIC KEY` or `RSA PUBLIC KEY`, up to 16 kB.
    ///
    /// Only white space may surround it. Spec: RFC 7468 §13.
    public convenience init(pem: String) throws(KeyError) {
        try self.init(pem: pem, limits: KeyLimits())
    }

    /// Reads the `publicKeyMultibase` of a Multikey. Spec: FEP-521a.
    public convenience init(multibase: String) throws(KeyError) {
        try self.init(material: Multibase.decode(multibase, limits: KeyLimits()))
    }

    /// Reads a SubjectPublicKeyInfo, the format in which keys are stored.
    public convenience init(derSPKI: [UInt8]) throws(KeyError) {
        try self.init(derSPKI: derSPKI, limits: KeyLimits())
    }

    package convenience init(pem: String, limits: KeyLimits) throws(KeyError) {
        let (kind, der) = try PEM.decode(pem, limits: limits)
        switch kind {
        case .spki: try self.init(material: KeyMaterial(spki: der, limits: limits))
        case .pkcs1: try self.init(material: KeyMaterial(pkcs1: der, limits: limits))
        }
    }

    package convenience init(derSPKI: [UInt8], limits: KeyLimits) throws(KeyError) {
        guard derSPKI.count <= limits.largestTextBytes else { throw .tooLarge }
        try self.init(material: KeyMaterial(spki: derSPKI, limits: limits))
    }

    init(material: KeyMaterial) throws(KeyError) {
        let made: OpaquePointer?
        switch material {
        case .rsa(let modulus, let exponent):
            made = Self.makeRSA(modulus: modulus, exponent: exponent)
        case .ed25519(let point):
            made = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, point, point.count)
        }
        guard let made else { throw .library(OpenSSLError.take("load public key")) }
        self.handle = made
        self.material = material
    }

    deinit { EVP_PKEY_free(handle) }

    /// Whether `signature` is this key's signature of `bytes`.
    ///
    /// - Parameter hash: used for RSA only; Ed25519 has a fixed hash.
    public func verify(_ signature: [UInt8], of bytes: [UInt8], hash: HashFunction = .sha256) -> Bool {
        guard let context = EVP_MD_CTX_new() else { return false }
        defer { EVP_MD_CTX_free(context) }
        let function = algorithm == .rsa ? hash.evp : nil
        guard EVP_DigestVerifyInit(context, nil, function, nil, handle) == 1,
            EVP_DigestVerify(context, signature, signature.count, bytes, bytes.count) == 1
        else {
            ERR_clear_error()
            return false
        }
        return true
    }

    private static func makeRSA(modulus: [UInt8], exponent: [UInt8]) -> OpaquePointer? {
        // Safe: `KeyMaterial` bounds the modulus to 1,024 bytes and the exponent to 4, far inside Int32.
        let modulusNumber = BN_bin2bn(modulus, Int32(modulus.count), nil)
        defer { BN_free(modulusNumber) }
        let exponentNumber = BN_bin2bn(exponent, Int32(exponent.count), nil)
        defer { BN_free(exponentNumber) }
        guard modulusNumber != nil, exponentNumber != nil,
            let parameters = copenssl_rsa_parameters(modulusNumber, exponentNumber)
        else { return nil }
        defer { OSSL_PARAM_free(parameters) }
        guard let context = EVP_PKEY_CTX_new_from_name(nil, "RSA", nil) else { return nil }
        defer { EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        guard EVP_PKEY_fromdata_init(context) == 1,
            EVP_PKEY_fromdata(context, &key, copenssl_public_key_selection(), parameters) == 1
        else { return nil }
        return key
    }
}

extension PublicKey: Equatable {
    /// Whether both are the same key, whatever format they were read from.
    public static func == (left: PublicKey, right: PublicKey) -> Bool { left.material == right.material }
}
