// SPDX-License-Identifier: Apache-2.0

import Database
import HTTPSupport
import HTTPTypes
import Hummingbird
import TestSupport
import Testing

@Suite("When the database does not work")
struct DatabaseOutageTests {
    private static let outages: [(DatabaseError.Kind, String)] = [
        (.unavailable, "database_unavailable"), (.busy, "database_busy"), (.full, "database_full"),
        (.readOnly, "database_read_only"), (.corrupt, "database_corrupt"), (.replaced, "database_replaced"),
        (.timeout, "database_timeout"), (.overloaded, "overloaded"),
    ]

    @Test("pages and documents are 503 with a stable code, and say when to come again", arguments: outages)
    func outage(kind: DatabaseError.Kind, code: String) async throws {
        let routes: [Route] = [
            .document("/document") { _, _ in throw DatabaseError(kind, "secret") },
            .get("/page") { _, _ in throw DatabaseError(kind, "secret") },
        ]
        try await Server.run(routes: routes) { server async throws in
            let document = try await server.get("/document")
            #expect(document.status == 503)
            #expect(document.text == "{\"error\":\"\(code)\"}")
            let page = try await server.get("/page", [("accept", "text/html")])
            #expect(page.status == 503)
            #expect(page.text == "<h1>503 \(code)</h1>")
            for response in [document, page] {
                #expect((response.header("retry-after").flatMap { Int($0) } ?? 0) >= 5)
            }
        }
    }

    @Test("an error that one statement has caused is an internal error, and stays inside")
    func ownFault() async throws {
        let routes: [Route] = [.document("/document") { _, _ in throw DatabaseError(.syntax, "secret") }]
        try await Server.run(routes: routes) { server async throws in
            let document = try await server.get("/document")
            #expect(document.status == 500)
            #expect(document.text == "{\"error\":\"internal_error\"}")
            #expect(document.header("retry-after") == nil)
        }
        #expect(
            DatabaseError.Kind.allCases.count { DatabaseOutage(DatabaseError($0, "")) != nil } == Self.outages.count)
    }
}
