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
        #expect(JSONWriter.text(of: Timestamp(.min)) == "0000-01-01T00:00:00.000Z")
        #expect(JSONWriter.text(of: Timestamp(.max)) == "9999-12-31T23:59:59.999Z")
    }
}
