// SPDX-License-Identifier: Apache-2.0

import HTTPSignatures
import Mail
import Model
import Testing
import TextEncoding

/// `Tests/ClientTests` verifies the signatures with another implementation.
@Suite("A DKIM key")
struct DKIMTests {
    private static let rsa = try? PrivateKey.generateRSA()
    private static let ed25519 = try? PrivateKey.generateEd25519()

    @Test("signs header and body, and each key on its own")
    func signs() throws {
        let keys = [try key(Self.rsa, "r1"), try key(Self.ed25519, "e1")]
        let message = try message(subject: "Ta clé", body: "line \n\n\nend  ")
        let signed = String(decoding: try message.signed(with: keys, at: friday), as: UTF8.self)
        let plain = String(decoding: message.rendered(), as: UTF8.self)
        #expect(signed.hasSuffix(plain))
        let head = signed.dropLast(plain.count)
        #expect(
            head.hasPrefix(
                "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=cafe.example;\r\n s=r1; t=1767323045;"))
        #expect(
            head.contains("\r\nDKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed; d=cafe.example;\r\n s=e1;"))
        // A field that is named twice and is there once cannot be added.
        #expect(head.contains("h=from:from:to:to:subject:subject:date:date:"))
        for line in head.split(separator: "\r\n") { #expect(line.utf8.count <= 78) }
    }

    @Test("signs the same again in the same second, and something else when a letter changes")
    func repeats() throws {
        let key = try key(Self.ed25519, "e1")
        let first = try message(body: "one").signed(with: [key], at: friday)
        #expect(try message(body: "one").signed(with: [key], at: friday) == first)
        let other = try message(body: "onE").signed(with: [key], at: friday)
        #expect(signatureValue(other) != signatureValue(first))
        let subject = try message(subject: "Hellp", body: "one").signed(with: [key], at: friday)
        #expect(signatureValue(subject) != signatureValue(first))
    }

    @Test("tells the record for the DNS, and recognizes it, folded or not")
    func record() throws {
        let rsa = try key(Self.rsa, "r1"), ed = try key(Self.ed25519, "e1")
        #expect(rsa.recordName == "r1._domainkey.cafe.example")
        #expect(rsa.record.hasPrefix("v=DKIM1; k=rsa; p=MIIB"))
        #expect(ed.record.hasPrefix("v=DKIM1; k=ed25519; p=") && ed.record.utf8.count < 80)
        for key in [rsa, ed] {
            #expect(key.isPublished(in: key.record))
            #expect(key.isPublished(in: key.record.replacing("; ", with: " ;\t")))
            #expect(!key.isPublished(in: String(key.record.dropLast(4))))
            #expect(!key.isPublished(in: ""))
        }
        // Without k= the key is an RSA key.
        #expect(rsa.isPublished(in: rsa.record.replacing("k=rsa; ", with: "")))
        #expect(!ed.isPublished(in: ed.record.replacing("k=ed25519; ", with: "")))
        #expect(!rsa.isPublished(in: ed.record))
    }

    @Test("must be a private key, and have names that can stand in the DNS")
    func refused() throws {
        let pem = try #require(Self.ed25519).pem
        let publicPEM = try #require(Self.ed25519).publicKey.pem
        for text in ["", "no key", publicPEM] {
            #expect(throws: DKIMError.badKey) { try DKIMKey(domain: "cafe.example", selector: "s", pem: text) }
        }
        for (domain, selector) in [("", "s"), ("cafe example", "s"), ("cafe.example", ""), ("cafe.example", "a;b")] {
            #expect(throws: DKIMError.badName) { try DKIMKey(domain: domain, selector: selector, pem: pem) }
        }
    }

    private func key(_ key: PrivateKey?, _ selector: String) throws -> DKIMKey {
        try DKIMKey(domain: "Cafe.example", selector: selector, pem: try #require(key).pem)
    }

    private func signatureValue(_ bytes: [UInt8]) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        return String(text.split(separator: "\r\n b=").dropFirst().first?.split(separator: "\r\nFrom:").first ?? "")
    }
}
