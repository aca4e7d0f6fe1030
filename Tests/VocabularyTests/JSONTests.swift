// SPDX-License-Identifier: Apache-2.0

import Testing
import Vocabulary

@Suite("JSON as a grammar")
struct JSONTests {
    @Test(
        "a well-formed document reads as its value",
        arguments: [
            ("null", .null), (" true ", true), ("\t\r\nfalse\n", false), ("\"\"", ""), ("\"é\"", "é"),
            (#""\u00e9\n\/\\\"\b\f\r\t""#, "é\n/\\\"\u{8}\u{C}\r\t"), (#""\ud83d\ude00""#, "😀"),
            (#""a\u0000b""#, "a\0b"), ("0", 0), ("-0", 0), ("-12", -12), ("1.5", 1.5), ("1e3", 1000), ("1E+3", 1000),
            ("25e-1", 2.5), ("9223372036854775807", .number(.init(.max))), ("[]", []), ("[ ]", []), ("{}", [:]),
            ("[1,[2],{}]", [1, [2], [:]]), (#"{"a":{"b":[null]}}"#, ["a": ["b": [nil]]]), (#"{"":1}"#, ["": 1]),
        ] as [(String, JSON)])
    func reads(text: String, value: JSON) throws {
        #expect(try JSON.parse(text) == value)
    }

    @Test(
        "a broken document is refused",
        arguments: [
            "", " ", "nul", "nulll", "True", "[", "]", "[1", "[1,", "[1,]", "[,1]", "{", "{\"a\"", "{\"a\":",
            "{\"a\":1",
            "{\"a\":1,}", "{,}", "{a:1}", "{'a':1}", "{1:1}", "{\"a\" 1}", "[1 2]", "1 2", "{}{}", "{}x", "\"", "\"\\",
            "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\n\"", "\"\u{1}\"", "\"\0\"", "+1", "01", "-", "1.", ".5", "1e",
            "1e+", "--1", "0x10", "NaN", "Infinity", "-Infinity", "1_000", "// x\n1", "/**/1", "\u{FEFF}", "1\u{FEFF}",
            "\u{A0}1",
            "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"\\ud800x\"", "\"\\ud800\\ud800\"", "\0",
        ])
    func refuses(text: String) {
        #expect(throws: JSONError.self) { try JSON.parse(text) }
    }

    @Test("the offset of a mistake is told")
    func offset() {
        #expect(throws: JSONError.malformed(at: 3)) { try JSON.parse("[1 2]") }
    }

    @Test("a byte order mark before the document is skipped, and a second one is not")
    func byteOrderMark() throws {
        #expect(try JSON.parse([0xEF, 0xBB, 0xBF, 0x31]).int == 1)
        #expect(throws: JSONError.malformed(at: 3)) { try JSON.parse([0xEF, 0xBB, 0xBF, 0xEF, 0xBB, 0xBF, 0x31]) }
    }

    @Test(
        "a string that is not UTF-8 is refused",
        arguments: [
            [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0x80],
        ] as [[UInt8]])
    func utf8(bytes: [UInt8]) {
        #expect(throws: JSONError.invalidUTF8) { try JSON.parse([0x22] + bytes + [0x22]) }
        #expect(throws: JSONError.invalidUTF8) { try JSON.parse(Array("\"\\n".utf8) + bytes + [0x22]) }
    }

    @Test("UTF-16 is refused")
    func utf16() {
        let text: [UInt8] = "{\"a\":1}".utf8.reduce(into: []) { $0 += [$1, 0] }
        #expect(throws: JSONError.self) { try JSON.parse(text) }
    }

    @Test(
        "a key that stands twice is refused, however it is spelled",
        arguments: [
            (#"{"actor":1,"actor":2}"#, "actor"), (#"{"actor":1,"\u0061ctor":2}"#, "actor"),
            (#"[{"a":{"b":1,"c":2,"b":3}}]"#, "b"), (#"{"":1,"":2}"#, ""),
        ])
    func duplicates(text: String, key: String) {
        #expect(throws: JSONError.duplicateKey(key)) { try JSON.parse(text) }
    }

    @Test("a key that stands twice among many is refused")
    func duplicateAmongMany() {
        let members = (0..<1000).map { "\"k\($0)\":0" } + ["\"k500\":1"]
        #expect(throws: JSONError.duplicateKey("k500")) { try JSON.parse("{" + members.joined(separator: ",") + "}") }
    }

    @Test("printing keeps the order of keys and the spelling of numbers")
    func keeps() throws {
        let text = #"{"z":1.00,"a":[1e5,-0,"é\n\u0001"],"m":{},"b":12345678901234567890123}"#
        #expect(try JSON.parse(text).serializedText() == text)
    }

    @Test("pretty printing indents by two")
    func pretty() {
        let value: JSON = ["a": [1, ["b": nil]], "c": [], "d": [:], "e": "x\u{1F}\"\\"]
        let expected = """
            {
              "a": [
                1,
                {
                  "b": null
                }
              ],
              "c": [],
              "d": {},
              "e": "x\\u001f\\"\\\\"
            }
            """
        #expect(value.prettyPrinted() == expected)
    }
}

@Suite("JSON as a value")
struct JSONValueTests {
    @Test(
        "numbers are equal when their values are",
        arguments: [
            ("1.0", "1.00", true), ("1", "10e-1", true), ("0", "-0.000", true), ("100", "1e2", true),
            ("9007199254740993", "9007199254740992", false), ("9007199254740993", "9007199254740992.0", false),
            ("0.1", "0.10000000000000001", false), ("-1", "1", false), ("1e999999", "10e999998", true),
            ("0e99999999999999999999", "0", true), ("1e99999999999999999999", "1", false),
        ])
    func numberEquality(a: String, b: String, equal: Bool) throws {
        let (left, right) = (try JSON.parse(a), try JSON.parse(b))
        #expect((left == right) == equal)
        if equal { #expect(left.hashValue == right.hashValue) }
    }

    @Test(
        "a number is whole only when it is and fits",
        arguments: [
            ("1", 1), ("1.0", 1), ("1e3", 1000), ("120e-1", 12), ("1.5", nil), ("1e99", nil), ("1e999999", nil),
            ("9223372036854775807", .max), ("9223372036854775808", nil), ("-9223372036854775808", .min),
            ("-9223372036854775809", nil), ("1e18", 1_000_000_000_000_000_000), ("1e19", nil), ("-0", 0), ("0.0", 0),
            ("1e-1", nil), ("1e99999999999999999999", nil),
        ] as [(String, Int64?)])
    func integers(text: String, value: Int64?) throws {
        #expect(try JSON.parse(text).int == value)
    }

    @Test("a number beyond a double is no double")
    func doubles() throws {
        #expect(try JSON.parse("1e999999").double == nil)
        #expect(try JSON.parse("-1e400").double == nil)
        #expect(try JSON.parse("52.5").double == 52.5)
    }

    @Test("a double is written with a fraction and never as something else than a number")
    func doubleSpelling() {
        #expect(JSON(52.0).serializedText() == "52.0")
        #expect(JSON(Double.nan) == .null)
        #expect(JSON(-Double.infinity) == .null)
    }

    @Test("objects compare without regard to order, and hash alike")
    func objectEquality() {
        let (a, b): (JSON, JSON) = (["x": 1, "y": [2]], ["y": [2], "x": 1])
        #expect(a == b)
        #expect(a.hashValue == b.hashValue)
        #expect(a != ["x": 1])
        #expect(a != ["x": 1, "y": [3]])
    }

    @Test("a member is replaced in place, added at the end, and removed", arguments: [3, 16, 17, 18, 40])
    func members(count: Int) {
        var object = JSON.Object((0..<count).map { ("k\($0)", JSON($0)) })
        object["k1"] = "new"
        object["last"] = 1
        object["k0"] = nil
        object["absent"] = nil
        #expect(object.count == count)
        #expect(object.keys.first == "k1" && object["k1"] == "new")
        #expect(object.keys.last == "last" && object["last"] == 1)
        #expect(object["k0"] == nil)
        #expect((2..<count).allSatisfy { object["k\($0)"] == JSON($0) })
    }

    @Test("members without a value are dropped and null stays")
    func droppingNil() {
        let missing: String? = nil
        let value = JSON.object(droppingNil: [
            ("a", "x"), ("b", nil), ("c", missing.map(JSON.string)), ("d", .null), ("e", 1), ("f", JSON(true)),
        ])
        #expect(value.serializedText() == #"{"a":"x","d":null,"e":1,"f":true}"#)
    }

    @Test("a reader of text drops U+0000 and the value keeps it")
    func nul() throws {
        let value = try JSON.parse(#""a\u0000\u0000b""#)
        #expect(value.string == "ab")
        #expect(value.serializedText() == #""a\u0000b""#.replacing(#"\u0000"#, with: #"\u0000\u0000"#))
    }

    @Test("a reader of one kind gives nothing for another")
    func readers() {
        let values: [JSON] = [nil, true, 1, "x", [], [:]]
        #expect(values.compactMap(\.bool).count == 1)
        #expect(values.compactMap(\.int).count == 1)
        #expect(values.compactMap(\.double).count == 1)
        #expect(values.compactMap(\.string).count == 1)
        #expect(values.compactMap(\.array).count == 1)
        #expect(values.compactMap(\.object).count == 1)
        #expect(values.allSatisfy { $0["x"] == nil })
    }
}
