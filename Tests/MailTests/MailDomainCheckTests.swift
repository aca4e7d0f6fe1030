// SPDX-License-Identifier: Apache-2.0

import HTTPSignatures
import Mail
import Model
import Testing

@Suite("The check of a sender's domain")
struct MailDomainCheckTests {
    @Test("is content when the DNS says what it should")
    func fine() async throws {
        let key = try key()
        let found = try await check(
            key,
            [
                "cafe.example": ["other", "v=spf1 include:provider.example -all"], key.recordName: [key.record],
                "_dmarc.cafe.example": ["v=DMARC1; p=reject"],
            ])
        #expect(found.map(\.name) == ["spf", "dkim", "dmarc"])
        #expect(found.allSatisfy { $0.isFine }, "\(found)")
        #expect(found[2].text == "cafe.example says p=reject, and it is confirmed by SPF and DKIM")
    }

    @Test("says for each record what is wrong, and what has to be written")
    func missing() async throws {
        let key = try key()
        let none = try await check(key, [:])
        #expect(none.map(\.isFine) == [false, false, false])
        #expect(none[0].text.contains("no SPF record"))
        #expect(none[1].text.contains("does not exist") && none[1].text.contains(key.record))
        #expect(none[2].text.contains("_dmarc.cafe.example"))

        let wrong = try await check(
            key,
            [
                "cafe.example": ["v=spf1 +all"], key.recordName: ["v=DKIM1; p=AAAA"],
                "_dmarc.cafe.example": ["v=DMARC1;p=quarantine"],
            ])
        #expect(wrong.map(\.isFine) == [false, false, true])
        #expect(wrong[0].text.contains("lets everybody send") && wrong[1].text.contains("another key"))
        let twice = try await check(key, ["cafe.example": ["v=spf1 -all", "v=spf1 a -all"]])
        #expect(!twice[0].isFine && twice[0].text.contains("2 SPF records"))
    }

    @Test("asks the domains above for DMARC, and does not call silence an answer")
    func above() async throws {
        let from = try #require(MailAddress("a@node.cafe.example"))
        let records = Table(["_dmarc.cafe.example": ["v=DMARC1; p=reject"], "node.cafe.example": ["v=spf1 -all"]])
        let found = await MailDomainCheck(from: from, returnPath: from, keys: [], records: records).run()
        #expect(found.map(\.isFine) == [true, true, true], "\(found)")
        #expect(found[1].text.contains("signs nothing"))
        let elsewhere = try #require(MailAddress("bounces@provider.example"))
        let apart = await MailDomainCheck(
            from: from, returnPath: elsewhere, keys: [],
            records: Table(["_dmarc.cafe.example": ["v=DMARC1; p=reject"], "provider.example": ["v=spf1 -all"]])
        ).run()
        #expect(!apart[2].isFine && apart[2].text.contains("neither SPF nor DKIM"))
        let silent = await MailDomainCheck(from: from, returnPath: from, keys: [], records: Silence()).run()
        #expect(silent.allSatisfy { $0.name == "dkim" || $0.text.contains("no name server answers") })
    }

    private func check(_ key: DKIMKey, _ records: [String: [String]]) async throws -> [MailDomainCheck.Finding] {
        let from = try #require(MailAddress("troquet@cafe.example"))
        return await MailDomainCheck(from: from, returnPath: from, keys: [key], records: Table(records)).run()
    }

    private func key() throws -> DKIMKey {
        try DKIMKey(domain: "cafe.example", selector: "e1", pem: try PrivateKey.generateEd25519().pem)
    }
}

private struct Table: TextRecords {
    let records: [String: [String]]

    init(_ records: [String: [String]]) {
        self.records = records
    }

    func texts(of name: String) async -> [String]? { records[name] ?? [] }
}

private struct Silence: TextRecords {
    func texts(of name: String) async -> [String]? { nil }
}
