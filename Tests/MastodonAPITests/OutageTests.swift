// SPDX-License-Identifier: Apache-2.0

import Database
import Testing
import Vocabulary

@testable import MastodonAPI

@Suite("Apps, when the database does not work")
struct OutageTests {
    /// Apps try a request again after 503. After 500 they show an error, and the text of the post may be lost.
    @Test("a post that cannot be stored is 503 and says when to come again, and reading goes on")
    func readOnly() async throws {
        try await ClientNode.open { node in
            let ada = try await node.guest("ada")
            _ = try await node.database.write { try $0.rows("PRAGMA query_only = 1") }
            let reply = try await node.post("/api/v1/statuses", token: ada.token, ["status": "Bonjour"])
            #expect(reply.status == 503)
            #expect(reply.error == "database read only")
            #expect(reply.header("retry-after").flatMap { Int($0) } != nil)
            #expect(try await node.get("/api/v1/timelines/home", token: ada.token).status == 200)
        }
    }
}
