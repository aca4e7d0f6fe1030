// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing

@testable import WebPages

@Suite("The lines of a profile", .serialized)
struct ProfileFieldsTests {
    @Test("stand on the page of a person, with their links, and show nothing unescaped")
    func shown() async throws {
        let cafe = try await Cafe.furnished()
        try await cafe.services.database.write { tx in
            guard var account = try Accounts.byID(cafe.karim, in: tx) else { throw TestHTTPError.noAnswer }
            account.fields = [
                ProfileField(name: "Métier <b>", value: SanitizedHTML(unchecked: "menuisier")),
                ProfileField(
                    name: "Site",
                    value: SanitizedHTML(unchecked: "<a href=\"https://karim.example\">karim.example</a>")),
            ]
            try Accounts.update(account, summarySource: nil, at: account.createdAt, in: tx)
        }
        try await cafe.serve { browser in
            let page = try await browser.get("/users/karim").text
            #expect(page.contains("<dt>Métier &lt;b&gt;</dt><dd>menuisier</dd>"))
            #expect(page.contains("<dd><a href=\"https://karim.example\">karim.example</a></dd>"))
            #expect(!(try await browser.get("/users/lina").text.contains("class=\"fields\"")))
        }
    }
}
