// SPDX-License-Identifier: Apache-2.0

import Model
import TestSupport
import Testing

@testable import WebPages

@Suite("On paper", .serialized)
struct PaperTests {
    @Test("the sheet of guests has a box for each guest")
    func boxes() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            try await browser.signIn("lina")
            let sheet = try await browser.get("/events/\(cafe.event)/manage?view=print").text
            let guests = try #require(sheet.split(separator: "<ol class=\"guests\">").dropFirst().first)
            let list = guests.split(separator: "</ol>")[0]
            #expect(list.split(separator: "<li>").count == 3)
            #expect(list.split(separator: "<span class=\"box\" aria-hidden=\"true\">").count == 3)
        }
    }

    @Test("the poster has the address of its page as a code, and neither comments nor the names of guests")
    func poster() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.serve { browser in
            let page = try await browser.get("/events/\(cafe.event)?view=print").text
            #expect(page.contains("<section class=\"no-print\" id=\"answer\""))
            #expect(page.contains("<section class=\"panel no-print\"><h2>Qui vient"))
            let label = "aria-label=\"http://cafe.example/events/\(cafe.event)\""
            let isThere = page.contains("<svg class=\"qr\"") && page.contains(label)
            #expect(isThere == QRCode.isAvailable)
        }
    }

    @Test("a code has its three corners and its timing lines, and is white around", .enabled(if: QRCode.isAvailable))
    func code() throws {
        let rows = try #require(QRCode.modules(of: "https://cafe.example/events/116758437101568"))
        let size = rows.count
        #expect((size - 17) % 4 == 0 && rows.allSatisfy { $0.count == size })
        let corner = ["#######", "#.....#", "#.###.#", "#.###.#", "#.###.#", "#.....#", "#######"]
        for (top, left) in [(0, 0), (0, size - 7), (size - 7, 0)] {
            let found = (0..<7).map { y in String((0..<7).map { rows[top + y][left + $0] ? "#" : "." }) }
            #expect(found == corner)
        }
        for index in 8..<(size - 8) {
            #expect(rows[6][index] == (index % 2 == 0) && rows[index][6] == (index % 2 == 0))
        }
        let drawing = try #require(QRCode.drawing(of: "https://cafe.example/", label: "<b>"))
        #expect(drawing.string.contains("aria-label=\"&lt;b&gt;\"") && drawing.string.contains("viewBox=\"0 0 33 33\""))
    }

    @Test("what is too long for a code, or cannot be written in one, has none", .enabled(if: QRCode.isAvailable))
    func noCode() {
        #expect(QRCode.modules(of: String(repeating: "a", count: 5_000)) == nil)
        #expect(QRCode.modules(of: "a\u{0}b") == nil)
        #expect(QRCode.modules(of: "") == nil)
    }
}
