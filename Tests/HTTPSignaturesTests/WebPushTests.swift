// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import TextEncoding

@testable import HTTPSignatures

@Suite("pushes")
struct WebPushTests {
    /// The keys of RFC 8291, appendix A.
    private enum Published {
        static let message = Array("When I grow up, I want to be a watermelon".utf8)
        static let salt = base64("DGv6ra1nlYgDCS1FRnbzlw")
        static let secret = base64("BTBZMqHH6r4Tts7J_aSIgg")
        static let sender = (
            scalar: base64("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"),
            point: base64("BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8")
        )
        static let receiver = (
            scalar: base64("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"),
            point: base64("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4")
        )
        /// The RFC's own result.
        static let body = """
            DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBr\
            u3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN
            """
        /// The same message and keys in the draft's coding, as another implementation of it makes them.
        static let oldBody =
            "4qwOLFm_mNy0vf1A8f3Bm6B5UD15y3aV_xZy14pixUhcPTIoZKHzq5i3dZ6PzqSMxBI_-VDUZ4jW04M"
    }

    @Test("the published message becomes the published body, byte for byte")
    func published() throws {
        let key = try Self.key(Published.sender)
        let recipient = try PushRecipient(point: Published.receiver.point, secret: Published.secret)
        let push = try WebPushEncryption.seal(Published.message, for: recipient, key: key, salt: Published.salt)
        #expect(push.coding == "aes128gcm")
        #expect(push.body == base64(Published.body))
        let old = try WebPushEncryption.sealOldStyle(
            Published.message, for: recipient, key: key, salt: Published.salt)
        #expect(old.coding == "aesgcm")
        #expect(old.body == base64(Published.oldBody))
    }

    @Test("its receiver reads a push in both codings, and no two pushes are alike", arguments: [false, true])
    func readable(isOldStyle: Bool) throws {
        let receiver = try ECKey.generate()
        let secret = try RandomBytes.make(16)
        let recipient = try PushRecipient(point: receiver.publicPoint, secret: secret)
        let message = Array("été à la tasse".utf8)
        let pushes = try (0..<2).map { _ in
            isOldStyle
                ? try WebPushEncryption.sealOldStyle(message, for: recipient)
                : try WebPushEncryption.seal(message, for: recipient)
        }
        #expect(pushes[0].body != pushes[1].body)
        #expect(pushes[0].salt != pushes[1].salt && pushes[0].senderPoint != pushes[1].senderPoint)
        for push in pushes {
            #expect(try Receiver(key: receiver, secret: secret).open(push) == message)
        }
    }

    @Test("a message that no service would carry is refused before it is sent")
    func tooLarge() throws {
        let recipient = try PushRecipient(point: Published.receiver.point, secret: Published.secret)
        let long = [UInt8](repeating: 32, count: WebPushEncryption.limitBytes + 1)
        #expect(throws: KeyError.tooLarge) { try WebPushEncryption.seal(long, for: recipient) }
        #expect(throws: KeyError.tooLarge) { try WebPushEncryption.sealOldStyle(long, for: recipient) }
        let largest = try WebPushEncryption.seal(Array(long.dropLast()), for: recipient)
        #expect(largest.body.count <= 4_096)
    }

    @Test(
        "a point that is not on the curve, or a secret of another length, is no recipient",
        arguments: [
            ([UInt8](repeating: 4, count: 65), 16), ([4] + [UInt8](repeating: 0, count: 64), 16), ([0], 16), ([], 16),
            (Array(Published.receiver.point.dropLast()), 16), ([5] + Published.receiver.point.dropFirst(), 16),
            (Published.receiver.point, 15), (Published.receiver.point, 0), (Published.receiver.point, 17),
        ] as [([UInt8], Int)])
    func badRecipients(point: [UInt8], secretBytes: Int) {
        #expect(throws: KeyError.malformed) {
            try PushRecipient(point: point, secret: [UInt8](repeating: 1, count: secretBytes))
        }
    }

    @Test("a key is the same after it was kept as text, and a key of another kind is refused")
    func kept() throws {
        let key = try ECKey.generate()
        #expect(try ECKey(pem: key.pem).publicPoint == key.publicPoint)
        let other = try PrivateKey.generateEd25519().pem
        #expect(throws: KeyError.unsupportedAlgorithm) { try ECKey(pem: other) }
        #expect(throws: KeyError.malformed) { try ECKey(pem: "tea") }
    }

    @Test("a push service can check who pushes, in both spellings", arguments: [false, true])
    func vapid(isOldStyle: Bool) throws {
        let key = try ECKey.generate()
        let recipient = try PushRecipient(point: Published.receiver.point, secret: Published.secret)
        let push =
            isOldStyle
            ? try WebPushEncryption.sealOldStyle([1], for: recipient)
            : try WebPushEncryption.seal([1], for: recipient)
        let sender = VAPID(key: key, contact: "mailto:keeper@cafe.example")
        let fields = Dictionary(
            uniqueKeysWithValues: try sender.fields(
                for: push, audience: "https://push.example", now: 1_767_323_045_000
            ).map { ($0.name, $0.value) })
        let authorization = try #require(fields["authorization"])
        let own = Base64URL.encode(key.publicPoint)
        let token: Substring
        if isOldStyle {
            #expect(fields["encryption"] == "salt=\(Base64URL.encode(push.salt))")
            #expect(fields["crypto-key"] == "dh=\(Base64URL.encode(push.senderPoint));p256ecdsa=\(own)")
            token = authorization.dropFirst("WebPush ".count)
        } else {
            #expect(fields.count == 2 && authorization.hasSuffix(",k=\(own)"))
            token = authorization.dropFirst("vapid t=".count).prefix { $0 != "," }
        }
        #expect(fields["content-encoding"] == push.coding)
        let parts = token.split(separator: ".").map(String.init)
        try #require(parts.count == 3)
        let signed = Array("\(parts[0]).\(parts[1])".utf8)
        #expect(ECKey.verify(base64(parts[2]), of: signed, point: key.publicPoint))
        #expect(!ECKey.verify(base64(parts[2]), of: signed + [0], point: key.publicPoint))
        #expect(String(decoding: base64(parts[0]), as: UTF8.self) == #"{"typ":"JWT","alg":"ES256"}"#)
        let claims =
            #"{"aud":"https://push.example","exp":1767366245,"sub":"mailto:keeper@cafe.example"}"#
        #expect(String(decoding: base64(parts[1]), as: UTF8.self) == claims)
    }

    @Test("the two numbers of a signature always have 32 bytes each")
    func plainSignatures() throws {
        let key = try ECKey.generate()
        for number in 0..<300 {
            let message = Array("message \(number)".utf8)
            let signature = try key.sign(message)
            #expect(signature.count == 64)
            #expect(ECKey.verify(signature, of: message, point: key.publicPoint))
        }
    }

    /// A private key from its number. Spec: RFC 5915.
    private static func key(_ pair: (scalar: [UInt8], point: [UInt8])) throws -> ECKey {
        let curve = DERWriter.element(0xA0, [0x06, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7])
        let der = DERWriter.element(
            DERReader.sequence,
            DERWriter.integer([1]) + DERWriter.element(0x04, pair.scalar) + curve
                + DERWriter.element(0xA1, DERWriter.bits(pair.point)))
        let text = Data(der).base64EncodedString(options: .lineLength64Characters)
        return try ECKey(pem: "-----BEGIN EC PRIVATE KEY-----\n\(text)\n-----END EC PRIVATE KEY-----\n")
    }
}

/// The other end, written from the specifications' point of view: it derives with its own private key.
private struct Receiver {
    var key: ECKey
    var secret: [UInt8]

    struct Unreadable: Error {}

    func open(_ push: SealedPush) throws -> [UInt8] {
        let isOldStyle = push.coding == "aesgcm"
        var salt = push.salt
        var sender = push.senderPoint
        var record = push.body
        if !isOldStyle {
            salt = Array(push.body.prefix(16))
            guard push.body.count > 86, push.body[20] == 65 else { throw Unreadable() }
            sender = Array(push.body[21..<86])
            record = Array(push.body.dropFirst(86))
        }
        let shared = try key.sharedSecret(with: sender)
        let lengths: [UInt8] = [0, 65]
        let context = isOldStyle ? Array("P-256\0".utf8) + lengths + key.publicPoint + lengths + sender : []
        let info =
            isOldStyle
            ? Array("Content-Encoding: auth\0".utf8) : Array("WebPush: info\0".utf8) + key.publicPoint + sender
        let input = KeyDerivation.hkdf(secret: shared, salt: secret, info: info, count: 32)
        func derive(_ label: String, _ count: Int) -> [UInt8] {
            let info = Array("Content-Encoding: \(label)\0".utf8) + context
            return KeyDerivation.hkdf(secret: input, salt: salt, info: info, count: count)
        }
        let (content, nonce) = (derive(push.coding, 16), derive("nonce", 12))
        // In counter mode what encrypts also decrypts; the tag of the right plain text must come out again.
        let opened = try AESGCM.seal(Array(record.dropLast(16)), key: content, nonce: nonce)
        let plain = Array(opened.dropLast(16))
        guard try AESGCM.seal(plain, key: content, nonce: nonce) == record else { throw Unreadable() }
        if isOldStyle {
            guard plain.starts(with: [0, 0]) else { throw Unreadable() }
            return Array(plain.dropFirst(2))
        }
        guard plain.last == 2 else { throw Unreadable() }
        return Array(plain.dropLast())
    }
}

/// Decodes base64url without padding.
private func base64(_ text: String) -> [UInt8] {
    Base64.decodeLeniently(text) ?? []
}
