// SPDX-License-Identifier: Apache-2.0

// A push passes through a push service that must not read it. The subscriber supplied a public point and a secret. For
// each message the sender generates a new key, computes a shared secret with the subscriber's point, and derives an
// encryption key and a nonce for one record from both secrets. Two content codings are in use. The standard `aes128gcm`
// carries salt and sender key in the body. The earlier draft `aesgcm` carries them in headers; older clients support
// only this one.

/// The encryption keys of a push subscriber.
public struct PushRecipient: Sendable, Hashable {
    /// The subscriber's public key: an uncompressed point of P-256, 65 bytes.
    public let point: [UInt8]
    /// The secret that only the subscriber and this server know, 16 bytes.
    public let secret: [UInt8]

    /// Takes the keys of a subscription.
    ///
    /// - Throws: `.malformed` unless the point is on the curve and the secret has 16 bytes.
    public init(point: [UInt8], secret: [UInt8]) throws(KeyError) {
        guard secret.count == 16, ECKey.isPoint(point) else { throw .malformed }
        self.point = point
        self.secret = secret
    }
}

/// An encrypted push.
public struct SealedPush: Sendable, Hashable {
    /// The body of the request to the push service.
    public var body: [UInt8]
    /// The value of `Content-Encoding`: `aes128gcm` or `aesgcm`.
    public var coding: String
    /// The salt, 16 bytes.
    public var salt: [UInt8]
    /// The public key of the pair that was generated for this message.
    public var senderPoint: [UInt8]
}

/// Encrypts pushes for their subscribers.
public enum WebPushEncryption {
    /// The largest message in bytes; push services refuse bodies above 4,096 bytes.
    public static let limitBytes = 3_900

    /// Encrypts with the standard's coding `aes128gcm`. Spec: RFC 8291, RFC 8188.
    ///
    /// - Throws: `.tooLarge` for a message above ``limitBytes``.
    public static func seal(_ message: [UInt8], for recipient: PushRecipient) throws(KeyError) -> SealedPush {
        try seal(message, for: recipient, key: ECKey.generate(), salt: newSalt())
    }

    /// Encrypts with the draft's coding `aesgcm`. Spec: draft-ietf-webpush-encryption-04,
    /// draft-ietf-httpbis-encryption-encoding-03.
    ///
    /// - Throws: `.tooLarge` for a message above ``limitBytes``.
    public static func sealOldStyle(_ message: [UInt8], for recipient: PushRecipient) throws(KeyError) -> SealedPush {
        try sealOldStyle(message, for: recipient, key: ECKey.generate(), salt: newSalt())
    }

    static func seal(
        _ message: [UInt8], for recipient: PushRecipient, key: ECKey, salt: [UInt8]
    ) throws(KeyError) -> SealedPush {
        guard message.count <= limitBytes else { throw .tooLarge }
        let info = Array("WebPush: info\0".utf8) + recipient.point + key.publicPoint
        let secret = KeyDerivation.hkdf(
            secret: try key.sharedSecret(with: recipient.point), salt: recipient.secret, info: info, count: 32)
        // There is only one record, and it is the last one, so its padding begins with the byte 2.
        let record = try encrypt(
            message + [2], secret: secret, salt: salt,
            infos: (Array("Content-Encoding: aes128gcm\0".utf8), Array("Content-Encoding: nonce\0".utf8)))
        let recordBytes: [UInt8] = [0, 0, 0x10, 0]
        let head = salt + recordBytes + [UInt8(ECKey.pointBytes)] + key.publicPoint
        return SealedPush(body: head + record, coding: "aes128gcm", salt: salt, senderPoint: key.publicPoint)
    }

    static func sealOldStyle(
        _ message: [UInt8], for recipient: PushRecipient, key: ECKey, salt: [UInt8]
    ) throws(KeyError) -> SealedPush {
        guard message.count <= limitBytes else { throw .tooLarge }
        let secret = KeyDerivation.hkdf(
            secret: try key.sharedSecret(with: recipient.point), salt: recipient.secret,
            info: Array("Content-Encoding: auth\0".utf8), count: 32)
        let length: [UInt8] = [0, UInt8(ECKey.pointBytes)]
        let context = Array("P-256\0".utf8) + length + recipient.point + length + key.publicPoint
        let body = try encrypt(
            [0, 0] + message, secret: secret, salt: salt,
            infos: (
                Array("Content-Encoding: aesgcm\0".utf8) + context, Array("Content-Encoding: nonce\0".utf8) + context
            ))
        return SealedPush(body: body, coding: "aesgcm", salt: salt, senderPoint: key.publicPoint)
    }

    private static func encrypt(
        _ plain: [UInt8], secret: [UInt8], salt: [UInt8], infos: (key: [UInt8], nonce: [UInt8])
    ) throws(KeyError) -> [UInt8] {
        let key = KeyDerivation.hkdf(secret: secret, salt: salt, info: infos.key, count: 16)
        let nonce = KeyDerivation.hkdf(secret: secret, salt: salt, info: infos.nonce, count: 12)
        do throws(OpenSSLError) {
            return try AESGCM.seal(plain, key: key, nonce: nonce)
        } catch {
            throw .library(error)
        }
    }

    private static func newSalt() throws(KeyError) -> [UInt8] {
        do throws(OpenSSLError) {
            return try RandomBytes.make(16)
        } catch {
            throw .library(error)
        }
    }
}
