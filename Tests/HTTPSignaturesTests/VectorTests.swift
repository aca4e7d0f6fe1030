// SPDX-License-Identifier: Apache-2.0
import HTTPSignatures
import Testing

@Suite("our own vectors")
struct VectorTests {
    @Test("each request gets the verdict that its file names", arguments: try Vector.all())
    func verdict(vector: Vector) throws {
        #expect(try vector.verdict() == vector.notes["expect"])
    }

    @Test("the vectors are found, and between them they meet nearly every refusal")
    func coverage() throws {
        let vectors = try Vector.all()
        #expect(vectors.count >= 100)
        let met = Set(vectors.compactMap { $0.notes["expect"] })
        let elsewhere: Set = ["key_not_found", "malformed_header"]
        #expect(Set(SignatureError.allCases.map(\.rawValue)).subtracting(met) == elsewhere)
    }

    @Test("each expected verdict is ok or a code that exists")
    func codes() throws {
        for vector in try Vector.all() {
            let expected = vector.notes["expect"] ?? ""
            #expect(expected == "ok" || SignatureError(rawValue: expected) != nil, "\(vector.name)")
        }
    }

    @Test("a malformed request is answered with 400 and an unbelieved one with 401")
    func status() {
        for refusal in SignatureError.allCases {
            let isMalformed = ["malformed", "duplicate", "unsupported_component"].contains {
                refusal.rawValue.hasPrefix($0)
            }
            #expect(refusal.status == (isMalformed ? 400 : 401))
        }
    }
}
