// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPSignatures
import Testing

@Suite("keys")
struct KeyTests {
    /// A DER element `30 len …` with its length in the form that DER requires.
    private static func der(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        switch content.count {
        case 0..<0x80: [tag, UInt8(content.count)] + content
        case 0x80..<0x100: [tag, 0x81, UInt8(content.count)] + content
        default: [tag, 0x82, UInt8(content.count >> 8), UInt8(content.count & 255)] + content
        }
    }

    private static func integer(_ bytes: [UInt8]) -> [UInt8] {
        der(0x02, ((bytes.first ?? 0) >= 0x80 ? [0] : []) + bytes)
    }

    private static let rsaOID: [UInt8] = [0x06, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1]

    private static func spki(oid: [UInt8], key: [UInt8]) -> [UInt8] {
        der(0x30, der(0x30, oid) + der(0x03, [0] + key))
    }

    private static func rsa(bits: Int, exponent: [UInt8] = [1, 0, 1], lowest: UInt8 = 0x0F) -> [UInt8] {
        var modulus = [UInt8](repeating: 0xC5, count: bits / 8)
        modulus[modulus.count - 1] = lowest
        return spki(oid: rsaOID + [5, 0], key: der(0x30, integer(modulus) + integer(exponent)))
    }

    private static func ed25519(_ point: [UInt8]) -> [UInt8] { spki(oid: [0x06, 3, 0x2B, 0x65, 0x70], key: point) }

    @Test(
        "an RSA key has 2048 to 8192 bits, an odd modulus and an odd exponent of at most 32 bits from 3",
        arguments: [
            (2048, [1, 0, 1], 0x0F, nil), (8192, [3], 0x0F, nil), (4096, [0xFF, 0xFF, 0xFF, 0xFF], 0x0F, nil),
            (512, [1, 0, 1], 0x0F, .unsupportedModulus), (1024, [1, 0, 1], 0x0F, .unsupportedModulus),
            (2040, [1, 0, 1], 0x0F, .unsupportedModulus), (8200, [1, 0, 1], 0x0F, .unsupportedModulus),
            (65_536, [1, 0, 1], 0x0F, .unsupportedModulus), (2048, [1, 0, 1], 0x0E, .unsupportedModulus),
            (2048, [1], 0x0F, .unsupportedExponent), (2048, [2], 0x0F, .unsupportedExponent),
            (2048, [1, 0, 0], 0x0F, .unsupportedExponent), (2048, [1, 0, 0, 0, 1], 0x0F, .unsupportedExponent),
        ] as [(Int, [UInt8], UInt8, KeyError?)])
    func rsaBounds(bits: Int, exponent: [UInt8], lowest: UInt8, expected: KeyError?) {
        let der = Self.rsa(bits: bits, exponent: exponent, lowest: lowest)
        var refusal: KeyError?
        do throws(KeyError) {
            #expect(try PublicKey(derSPKI: der).derSPKI == der)
        } catch {
            refusal = error
        }
        #expect(refusal == expected)
    }

    @Test(
        "a key whose algorithm is not ours is refused",
        arguments: [
            [0x06, 7, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 2, 1], [0x06, 3, 0x2B, 0x65, 0x6E], [0x06, 3, 0x2B, 0x65, 0x71],
            [0x06, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 10], [0x06, 7, 0x2A, 0x86, 0x48, 0xCE, 0x38, 4, 1],
        ] as [[UInt8]])
    func otherAlgorithms(oid: [UInt8]) {
        let der = Self.spki(oid: oid, key: [UInt8](repeating: 4, count: 32))
        #expect(throws: KeyError.unsupportedAlgorithm) { try PublicKey(derSPKI: der) }
    }

    @Test("an Ed25519 point of small order is refused in every spelling")
    func smallOrder() {
        var points: [[UInt8]] = [0, 1].map { [$0] + [UInt8](repeating: 0, count: 31) }
        points += [0xEC, 0xED, 0xEE].map { [$0] + [UInt8](repeating: 0xFF, count: 30) + [0x7F] }
        points += points.map { $0.dropLast() + [($0.last ?? 0) | 0x80] }
        for point in points {
            #expect(throws: KeyError.weakPoint) { try PublicKey(derSPKI: Self.ed25519(point)) }
        }
        #expect(throws: KeyError.malformed) { try PublicKey(derSPKI: Self.ed25519([UInt8](repeating: 9, count: 31))) }
    }

    @Test("no prefix, no flipped byte and no inflated length of a key makes the reader trap")
    func hostileDER() throws {
        let good = try TestKeys.public("rsa-2048").derSPKI
        for length in 0..<good.count {
            #expect(throws: KeyError.self) { try PublicKey(derSPKI: Array(good.prefix(length))) }
        }
        for index in good.indices {
            for value: UInt8 in [0, 1, 0x7F, 0x80, 0x84, 0xFF] {
                var bytes = good
                bytes[index] = value
                _ = try? PublicKey(derSPKI: bytes)
            }
        }
        #expect(throws: KeyError.malformed) { try PublicKey(derSPKI: good + [0]) }
    }

    @Test("a PEM text has its armour, white space round it and nothing else")
    func pemArmour() throws {
        let key = try TestKeys.public("rsa-2048")
        let pem = key.pem
        #expect(try PublicKey(pem: " \n" + pem.replacingOccurrences(of: "\n", with: "\r\n") + "\n") == key)
        #expect(try PublicKey(pem: String(pem.dropLast())) == key)
        let secret = try TestKeys.private("rsa-2048").pem
        let hostile: [(String, KeyError)] = [
            ("x" + pem, .malformed), (pem + "x", .malformed), (pem + pem, .malformed), ("", .malformed),
            (pem.replacingOccurrences(of: "A", with: "*"), .malformed), (secret, .unsupportedAlgorithm),
            (pem.replacingOccurrences(of: "PUBLIC KEY", with: "CERTIFICATE"), .unsupportedAlgorithm),
            (pem.replacingOccurrences(of: "END PUBLIC", with: "END RSA PUBLIC"), .malformed),
            ("-----BEGIN PUBLIC KEY-----", .malformed),
            ("-----BEGIN PUBLIC KEY----------END PUBLIC KEY-----", .malformed),
            (pem + String(repeating: "\n", count: 16_384), .tooLarge),
            (String(repeating: "A", count: 1_000_000), .tooLarge),
        ]
        for (text, expected) in hostile {
            #expect(throws: expected) { try PublicKey(pem: text) }
        }
    }

    @Test("a key survives PEM, DER and multibase", arguments: ["rsa-2048", "rsa-4096", "ed25519"])
    func roundTrips(name: String) throws {
        let key = try TestKeys.public(name)
        #expect(try PublicKey(pem: key.pem) == key)
        #expect(try PublicKey(multibase: key.multibase) == key)
        #expect(try PublicKey(derSPKI: key.derSPKI) == key)
        #expect(key.multibase.hasPrefix(name == "ed25519" ? "z6Mk" : "z"))
        #expect(
            try key.pem == Checkout.text(Checkout.vectors.appendingPathComponent("keys/\(name).TEST-ONLY.public.pem")))
    }

    @Test(
        "a multibase text is base58btc with a codec that we know",
        arguments: [
            ("", .malformed), ("z", .unsupportedAlgorithm),
            ("6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK", .malformed),
            ("z6Mkh0", .malformed), ("z6Mk", .unsupportedAlgorithm), ("zé", .malformed),
            ("z" + String(repeating: "1", count: 3000), .tooLarge),
            ("zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169", .unsupportedAlgorithm),
        ] as [(String, KeyError)])
    func hostileMultibase(text: String, expected: KeyError) {
        #expect(throws: expected) { try PublicKey(multibase: text) }
    }

    @Test("new keys sign, their PEM brings them back, and each kind signs the same bytes the same way")
    func generated() throws {
        for key in [try PrivateKey.generateRSA(bits: 2048), try PrivateKey.generateEd25519()] {
            let again = try PrivateKey(pem: key.pem)
            let signature = try key.sign([1, 2, 3])
            #expect(try again.sign([1, 2, 3]) == signature)
            #expect(again.publicKey == key.publicKey)
            #expect(key.publicKey.verify(signature, of: [1, 2, 3]))
            #expect(!key.publicKey.verify(signature, of: [1, 2, 4]))
            #expect(key.pem.hasPrefix("-----BEGIN PRIVATE KEY-----\n"))
        }
        #expect(throws: KeyError.unsupportedModulus) { try PrivateKey.generateRSA(bits: 1024) }
    }

    @Test("an encrypted or broken private key is refused and nobody is asked for a password")
    func hostilePrivateKeys() throws {
        let encrypted = """
            -----BEGIN RSA PRIVATE KEY-----
            Proc-Type: 4,ENCRYPTED
            DEK-Info: AES-128-CBC,9F2E2A1B4C5D6E7F8091A2B3C4D5E6F7

            AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
            -----END RSA PRIVATE KEY-----
            """
        for text in [encrypted, "", "\0", try TestKeys.public("rsa-2048").pem] {
            #expect(throws: KeyError.malformed) { try PrivateKey(pem: text) }
        }
        #expect(throws: KeyError.tooLarge) { try PrivateKey(pem: String(repeating: "A", count: 20_000)) }
    }

    @Test("every flipped bit of a signature breaks it", arguments: ["rsa-2048", "ed25519"])
    func flippedBits(name: String) throws {
        let key = try TestKeys.private(name)
        let message = Array("one message".utf8)
        let signature = try key.sign(message)
        for bit in stride(from: 0, to: signature.count * 8, by: 13) {
            var changed = signature
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(!key.publicKey.verify(changed, of: message))
        }
        #expect(!key.publicKey.verify([], of: message))
        #expect(!key.publicKey.verify(signature + [0], of: message))
        #expect(!key.publicKey.verify([UInt8](repeating: 0, count: signature.count), of: message))
        #expect(key.publicKey.verify(signature, of: message))
    }
}
