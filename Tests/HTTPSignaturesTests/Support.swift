// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPSignatures
import Testing

/// The folder of the checkout, found from the path of this file.
enum Checkout {
    static let root: URL = URL(fileURLWithPath: #filePath).deletingLastPathComponent().resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent()

    static let vectors = root.appendingPathComponent("federation-specs/signatures")
    static let published = root.appendingPathComponent("../shared/fixtures/documents/signatures")

    /// Whether the published documents exist next to the checkout.
    static let hasPublished: Bool = {
        let isThere = FileManager.default.fileExists(atPath: published.path)
        if !isThere { print("published signature vectors are not beside the checkout: their tests are skipped") }
        return isThere
    }()

    static func text(_ url: URL) throws -> String { String(decoding: try Data(contentsOf: url), as: UTF8.self) }
}

/// The keys in `federation-specs/signatures/keys`, and one key of each type that is generated for this run.
enum TestKeys {
    static func `public`(_ name: String) throws -> PublicKey {
        try PublicKey(pem: Checkout.text(Checkout.vectors.appendingPathComponent("keys/\(name).TEST-ONLY.public.pem")))
    }

    static func `private`(_ name: String) throws -> PrivateKey {
        let file = Checkout.vectors.appendingPathComponent("keys/\(name).TEST-ONLY.private.pem")
        return try PrivateKey(pem: Checkout.text(file))
    }
}

/// One `.http` file; the README next to the files describes the format.
struct Vector: CustomTestStringConvertible {
    var name: String
    var notes: [String: String] = [:]
    var head: RequestHead
    var body: [UInt8]?

    var testDescription: String { name }

    struct Malformed: Error { var file: String }

    static func all() throws -> [Vector] {
        let files = try FileManager.default.contentsOfDirectory(at: Checkout.vectors, includingPropertiesForKeys: nil)
        return try files.filter { $0.pathExtension == "http" }.sorted { $0.path < $1.path }.map(Vector.init)
    }

    init(file: URL) throws {
        name = file.lastPathComponent
        let text = try Checkout.text(file)
        guard let blank = text.range(of: "\n\n") else { throw Malformed(file: name) }
        var lines = text[..<blank.lowerBound].split(separator: "\n").map(String.init)[...]
        while let line = lines.first, line.hasPrefix("# ") {
            lines = lines.dropFirst()
            guard let (key, value) = Self.pair(String(line.dropFirst(2))) else { continue }
            notes[key] = value
        }
        let start = (lines.popFirst() ?? "").split(separator: " ").map(String.init)
        guard start.count == 3 else { throw Malformed(file: name) }
        let rest = text[blank.upperBound...]
        body = rest.isEmpty ? nil : Array((rest.hasSuffix("\n") ? rest.dropLast() : rest).utf8)
        head = RequestHead(
            method: start[0], target: start[1], authority: "unused.example", scheme: "https",
            headers: lines.compactMap(Self.pair).map { (name: $0.0, value: $0.1) })
    }

    private static func pair(_ line: String) -> (String, String)? {
        guard let colon = line.range(of: ": ") else { return nil }
        return (String(line[..<colon.lowerBound]), String(line[colon.upperBound...]))
    }

    /// The refusal code of the verifier, or `ok`.
    func verdict() throws -> String {
        guard let origin = notes["origin"].flatMap(URL.init(string:)), let host = origin.host,
            let scheme = origin.scheme,
            let now = notes["now"].flatMap(Int64.init), let key = notes["key"]
        else { throw Malformed(file: name) }
        let port = origin.port.map { ":\($0)" } ?? ""
        let verifier = Verifier(authority: host + port, scheme: scheme)
        return try Outcome.of(verifier, head, body: body, now: now * 1000, key: TestKeys.public(key))
    }
}

/// The result of verifying a request, as one code.
enum Outcome {
    static func of(
        _ verifier: Verifier, _ head: RequestHead, body: [UInt8]?, now: Int64, key: PublicKey
    ) -> String {
        do throws(SignatureError) {
            let parsed = try verifier.parse(head, body: body, now: now)
            return verifier.verify(parsed, key: key) ? "ok" : SignatureError.badSignature.rawValue
        } catch {
            return error.rawValue
        }
    }
}

/// A random number generator with a seed. Spec: SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}

/// A fixed time, the name of this server, and a valid request.
enum Sample {
    static let now: Int64 = 1_767_323_045_000
    static let verifier = Verifier(authority: "node.example")
    static let keyID = "https://peer.example/users/vic#main-key"
    static let body = Array(#"{"type":"Follow"}"#.utf8)

    static func head(_ method: String = "POST", _ target: String = "/inbox") -> RequestHead {
        RequestHead(
            method: method, target: target, authority: "node.example", scheme: "https",
            headers: method == "POST" ? [(name: "Content-Type", value: "application/activity+json")] : [])
    }

    static func signed(
        _ scheme: SignatureScheme, key: PrivateKey, method: String = "POST", target: String = "/inbox"
    ) throws -> RequestHead {
        var head = head(method, target)
        let content = method == "POST" ? body : nil
        try Signer.sign(&head, body: content, keyID: keyID, key: key, scheme: scheme, now: now)
        return head
    }
}

extension RequestHead {
    /// A copy in which the first header of this name is changed.
    func replacing(_ name: String, _ change: (String) -> String) -> RequestHead {
        var copy = self
        guard let index = copy.headers.firstIndex(where: { $0.name == name }) else { return copy }
        copy.headers[index].value = change(copy.headers[index].value)
        return copy
    }

    func adding(_ name: String, _ value: String) -> RequestHead {
        var copy = self
        copy.headers.append((name: name, value: value))
        return copy
    }

    func removing(_ name: String) -> RequestHead {
        var copy = self
        copy.headers.removeAll { $0.name == name }
        return copy
    }
}
