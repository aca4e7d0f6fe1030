// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import Vocabulary

@Suite("JSON against hostile input")
struct JSONLimitTests {
    @Test("nesting is read to its limit and no deeper", arguments: ["[": "]", "{\"a\":": "}"])
    func depth(open: String, close: String) {
        let nested = { (depth: Int) in
            String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
        }
        #expect(throws: Never.self) { try JSON.parse(nested(64)) }
        #expect(throws: JSONError.tooDeep) { try JSON.parse(nested(65)) }
    }

    @Test("a million brackets are refused, also when the caller allows any depth")
    func deepNesting() {
        let bytes = Array(repeating: UInt8(ascii: "["), count: 1_000_000)
        #expect(throws: JSONError.tooDeep) { try JSON.parse(bytes) }
        let generous = JSON.Limits(depth: .max, nodes: .max, bytes: .max)
        #expect(throws: JSONError.tooDeep) { try JSON.parse(bytes, limits: generous) }
    }

    @Test("values are counted and keys are not")
    func nodes() {
        let limits = JSON.Limits(depth: 8, nodes: 4, bytes: 1000)
        #expect(throws: Never.self) { try JSON.parse("[1,2,3]", limits: limits) }
        #expect(throws: JSONError.tooManyNodes) { try JSON.parse("[1,2,3,4]", limits: limits) }
        #expect(throws: Never.self) { try JSON.parse(#"{"a":1,"b":2,"c":3}"#, limits: limits) }
        #expect(throws: JSONError.tooManyNodes) { try JSON.parse(#"{"a":1,"b":2,"c":[3]}"#, limits: limits) }
    }

    @Test("a document of many values is refused")
    func manyValues() {
        let text = "[" + String(repeating: "0,", count: 100_000) + "0]"
        #expect(throws: JSONError.tooManyNodes) { try JSON.parse(text) }
    }

    @Test("a document of more than 1 MiB is refused")
    func bytes() {
        let string = "\"" + String(repeating: "x", count: 1_048_574) + "\""
        #expect(throws: Never.self) { try JSON.parse(string) }
        #expect(throws: JSONError.tooLarge) { try JSON.parse(string + " ") }
    }

    @Test("a number of many digits is refused")
    func longNumber() {
        #expect(throws: Never.self) { try JSON.parse(String(repeating: "9", count: 256)) }
        #expect(throws: JSONError.malformed(at: 0)) { try JSON.parse(String(repeating: "9", count: 257)) }
        #expect(throws: JSONError.malformed(at: 1)) { try JSON.parse("[1e" + String(repeating: "9", count: 900_000)) }
    }

    @Test("an object of very many keys is read, compared and searched in little time")
    func manyKeys() throws {
        let members = (0..<40_000).map { "\"key\($0)\":\($0)" }
        let spent = try ProcessorTime.measure {
            let value = try JSON.parse("{" + members.joined(separator: ",") + "}")
            let other = try JSON.parse("{" + members.reversed().joined(separator: ",") + "}")
            #expect(value == other)
            #expect(value["key39999"]?.int == 39_999)
        }
        #expect(spent < .seconds(20))
    }
}

@Suite("JSON for any value")
struct JSONPropertyTests {
    @Test("what is printed reads back as the same value", arguments: 0..<200 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var generator = Generator(state: seed)
        let value = generator.value(depth: 5)
        let compact = value.serialized()
        #expect(try JSON.parse(compact) == value)
        #expect(try JSON.parse(value.prettyPrinted()) == value)
        #expect(try JSON.parse(compact).serialized() == compact)
    }

    @Test("cut or damaged bytes are refused or read, and never stop the process", arguments: 0..<200 as Range<UInt64>)
    func damage(seed: UInt64) {
        var generator = Generator(state: seed)
        var bytes = generator.value(depth: 4).serialized()
        for _ in 0..<50 {
            let position = Int.random(in: 0..<bytes.count, using: &generator)
            bytes[position] = UInt8.random(in: 0...255, using: &generator)
            if let value = try? JSON.parse(bytes) { #expect((try? JSON.parse(value.serialized())) == value) }
            #expect(throws: Never.self) { _ = try? JSON.parse(Array(bytes[..<position])) }
        }
    }
}

/// A random number generator that gives the same values for the same seed.
struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func value(depth: Int) -> JSON {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &self) {
        case 0: return .null
        case 1: return JSON(Bool.random(using: &self))
        case 2: return JSON(Int64.random(in: .min ... .max, using: &self))
        case 3: return JSON(Double(bitPattern: next()))
        case 4, 5: return .string(text())
        case 6: return .array((0..<Int.random(in: 0..<5, using: &self)).map { _ in value(depth: depth - 1) })
        default:
            var object = JSON.Object()
            for _ in 0..<Int.random(in: 0..<25, using: &self) { object[text()] = value(depth: depth - 2) }
            return .object(object)
        }
    }

    mutating func text() -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0..<12, using: &self) {
            let limit: UInt32 = Bool.random(using: &self) ? 0x80 : 0x11_0000
            if let scalar = Unicode.Scalar(UInt32.random(in: 0..<limit, using: &self)) { text.append(scalar) }
        }
        return String(text)
    }
}
