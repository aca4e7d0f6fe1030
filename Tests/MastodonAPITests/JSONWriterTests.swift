// SPDX-License-Identifier: Apache-2.0

import Model
import Testing

@testable import MastodonAPI

@Suite("Writing JSON")
struct JSONWriterTests {
    @Test("members are parted by commas, ids are texts, times have three digits of a second")
    func members() {
        var writer = JSONWriter()
        writer.object {
            $0.field("id", ID<Account>(7))
            $0.field("at", Timestamp(1_767_322_800_005))
            $0.empty("none")
            $0.array("two", ["a", "b\"\n\u{1}"])
            $0.null("nothing")
            $0.field("yes", true)
            $0.object("inner") { $0.field("n", 3) }
        }
        let expected =
            #"{"id":"7","at":"2026-01-02T03:00:00.005Z","none":[],"two":["a","b\"\n\u0001"],"#
            + #""nothing":null,"yes":true,"inner":{"n":3}}"#
        #expect(String(decoding: writer.bytes, as: UTF8.self) == expected)
    }

    @Test("the first and the last instant are written like any other")
    func extremes() {
        var writer = JSONWriter()
        writer.object {
            $0.field("first", Timestamp(.min))
            $0.field("last", Timestamp(.max))
        }
        let expected = #"{"first":"0000-01-01T00:00:00.000Z","last":"9999-12-31T23:59:59.999Z"}"#
        #expect(String(decoding: writer.bytes, as: UTF8.self) == expected)
    }

    @Test("what must be escaped is, wherever it stands in a text", arguments: 0...40)
    func escapes(place: Int) {
        for (scalar, expected) in [
            ("\"", #"\""#), ("\\", #"\\"#), ("\n", #"\n"#), ("\u{1F}", #"\u001f"#), ("\t", #"\u0009"#),
        ] {
            let (before, after) = (
                String(repeating: "a", count: place), "é😀" + String(repeating: "b", count: 40 - place)
            )
            var writer = JSONWriter()
            writer.array([before + scalar + after + scalar, after]) { $0.string($1) }
            let written = String(decoding: writer.bytes, as: UTF8.self)
            #expect(written == "[\"\(before)\(expected)\(after)\(expected)\",\"\(after)\"]")
        }
    }

    @Test("numbers are written with all their digits", arguments: [0, 7, -1, 10, -90, .max, .min] as [Int64])
    func numbers(number: Int64) {
        var writer = JSONWriter()
        writer.array([number]) { $0.number($1) }
        #expect(String(decoding: writer.bytes, as: UTF8.self) == "[\(number)]")
    }

    @Test("a name that came from a value is escaped")
    func names() {
        var writer = JSONWriter()
        writer.object {
            $0.key(named: "a\"b")
            $0.bool(true)
        }
        #expect(String(decoding: writer.bytes, as: UTF8.self) == #"{"a\"b":true}"#)
    }
}
