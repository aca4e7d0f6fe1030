// SPDX-License-Identifier: Apache-2.0
import HTTPSignatures
import TestSupport
import Testing

@Suite("hostile input")
struct HostileInputTests {
    private static let alphabet = Array("\"\\=,;:()@?*-.' \t\0\r\n19aZ%é{}[]<>".unicodeScalars)

    private static func mutated(_ text: String, _ chance: inout SeededGenerator) -> String {
        var scalars = Array(text.unicodeScalars)
        for _ in 0..<Int.random(in: 1...6, using: &chance) {
            let position = Int.random(in: 0...scalars.count, using: &chance)
            switch Int.random(in: 0..<4, using: &chance) {
            case 0: scalars.insert(alphabet.randomElement(using: &chance) ?? "x", at: position)
            case 1: scalars.removeSubrange(min(position, scalars.count)..<scalars.count)
            case 2: scalars.append(contentsOf: scalars.prefix(position))
            default:
                guard position < scalars.count else { continue }
                scalars[position] = alphabet.randomElement(using: &chance) ?? "x"
            }
        }
        var result = ""
        result.unicodeScalars.append(contentsOf: scalars)
        return result
    }

    @Test("thousands of mutilated headers neither trap nor pass", arguments: [SignatureScheme.cavage, .rfc9421])
    func mutations(scheme: SignatureScheme) throws {
        var chance = SeededGenerator(state: 42)
        let key = try TestKeys.private("ed25519")
        let good = try Sample.signed(scheme, key: key)
        let untouched = try Sample.verifier.parse(good, body: Sample.body, now: Sample.now)
        let names = ["signature", "signature-input", "digest", "content-digest", "date", "host", "content-type"]
        var refused = 0
        for _ in 0..<1500 {
            let name = names.randomElement(using: &chance) ?? ""
            let head = good.replacing(name) { Self.mutated($0, &chance) }
            do throws(SignatureError) {
                let parsed = try Sample.verifier.parse(head, body: Sample.body, now: Sample.now)
                guard Sample.verifier.verify(parsed, key: key.publicKey) else {
                    refused += 1
                    continue
                }
                // Some changes do not change the meaning: a space, or a capital letter in the host. Also, cavage does
                // not cover the key id. The identity for recognising replays must stay the same.
                #expect(parsed.identity == untouched.identity)
            } catch {
                refused += 1
            }
        }
        #expect(refused > 750)
    }

    @Test(
        "a time with a fraction is refused", arguments: ["1767323035.5", "1767323035.0", "1767323035.", ".5", "+1", ""])
    func fraction(_ created: String) throws {
        let good = try Sample.signed(.cavage, key: try TestKeys.private("ed25519"))
        let head = good.replacing("signature") { value in
            let signature = value.split(separator: ",").last { $0.hasPrefix("signature=") } ?? ""
            return "keyId=\"\(Sample.keyID)\",algorithm=\"hs2019\",created=\"\(created)\","
                + "headers=\"(request-target) (created) host digest\",\(signature)"
        }
        #expect(throws: SignatureError.malformedSignature) {
            try Sample.verifier.parse(head, body: Sample.body, now: Sample.now)
        }
    }

    @Test("two different sets of headers never give one string to sign")
    func injection() throws {
        var chance = SeededGenerator(state: 7)
        let pieces = ["a", "b", ": ", "host", "date", ",", " ", "\"", "x"]
        var seen: [[UInt8]: String] = [:]
        for _ in 0..<3000 {
            let first = String(
                (0..<Int.random(in: 0...4, using: &chance)).map { _ in pieces.randomElement(using: &chance) ?? "" }
                    .joined())
            let second = String(
                (0..<Int.random(in: 0...4, using: &chance)).map { _ in pieces.randomElement(using: &chance) ?? "" }
                    .joined())
            let names = Bool.random(using: &chance) ? ["x-a", "x-b"] : ["x-b", "x-a"]
            let head = Sample.head("GET", "/").adding("x-a", first).adding("x-b", second)
            let text = try CavageSignature.signingString(names, head: head, target: "/", parameters: .empty)
            let trimmed = [first, second].map { $0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed() }
            let meaning = "\(names)|\(trimmed.map { String($0) })"
            #expect(seen.updateValue(meaning, forKey: text) ?? meaning == meaning)
        }
        #expect(seen.count > 500)
    }

    @Test(
        "the Signature header follows its grammar",
        arguments: [
            ("keyId=\"a\"", nil), ("keyId = \"a\" , x=y", nil), ("Signature keyId=a", nil), ("KEYID=\"a\"", nil),
            ("", .malformedSignature), ("keyId", .malformedSignature), ("keyId=", .malformedSignature),
            ("=a", .malformedSignature), ("keyId=\"a", .malformedSignature), ("keyId=\"a\\", .malformedSignature),
            ("keyId=\"a\" x=b", .malformedSignature), ("keyId=\"a\",,x=b", .malformedSignature),
            (",keyId=\"a\"", .malformedSignature), ("keyId=\"a\";x=b", .malformedSignature),
            ("keyId=a\"b\"", .malformedSignature), ("keyId=\"a\",keyid=\"b\"", .duplicateParameter),
            ("x=1,x=1", .duplicateParameter), ("\u{301}keyId=a", .malformedSignature),
        ] as [(String, SignatureError?)])
    func grammar(header: String, expected: SignatureError?) {
        var refusal: SignatureError?
        do throws(SignatureError) {
            _ = try CavageSignature.parameters(of: header)
        } catch {
            refusal = error
        }
        #expect(refusal == expected)
    }

    @Test(
        "a key id is a plain https address of somebody else",
        arguments: [
            "https://", "https:///x", "https://:443/x", "https://peer.example:0/", "https://peer.example:99999/",
            "https://peer.example:x/", "https://a@peer.example/", "https://peer.example\u{301}/",
            "https://pe er.example/",
            "https://node.example", "https://node.example./x", "HTTPS://NODE.EXAMPLE:443/x", "https://node.example?x",
            "https://node.example#main-key", "https://peer.example/\u{2028}", "https://peer.example/<b>",
            "//peer.example/",
            "https://peer.example/" + String(repeating: "a", count: 2048), "", "did:key:z6Mk", "ftp://peer.example/",
        ])
    func keyIDs(keyID: String) throws {
        let key = try TestKeys.private("ed25519")
        let head = try Sample.signed(.cavage, key: key).replacing("signature") {
            $0.replacing(Sample.keyID, keyID)
        }
        #expect(throws: SignatureError.badKeyID) {
            try Sample.verifier.parse(head, body: Sample.body, now: Sample.now)
        }
    }

    @Test("a header of the largest size is judged in little time")
    func cost() throws {
        let filler = String(repeating: "a", count: 8000)
        let many = (0..<2000).map { "a\($0)=1" }.joined(separator: ",").prefix(8192)
        let spent = ProcessorTime.measure {
            for text in ["keyId=\"\(filler)\"", String(many), String(repeating: "(", count: 8192), "sig1=(\(filler)"] {
                let head = Sample.head().adding("signature", text)
                for candidate in [head, head.adding("signature-input", text)] {
                    #expect(throws: SignatureError.self) {
                        try Sample.verifier.parse(candidate, body: Sample.body, now: Sample.now)
                    }
                }
            }
        }
        #expect(spent < .seconds(10))
    }
}
