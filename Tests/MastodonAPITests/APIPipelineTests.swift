// SPDX-License-Identifier: Apache-2.0

import Model
import Services
import TestSupport
import Testing

@testable import MastodonAPI

@Suite("Who may use the client API")
struct APIPipelineTests {
    @Test(
        "a stranger, a wrong token, an app, and a token without the scope are told so", arguments: TestEngine.available)
    func access(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let ada = try await node.guest("ada")
            let app = try await node.services.makeToken(.read, app: nil, account: nil, person: nil, as: .operator)
            let follower = try await node.token(of: ada.id, Scopes(["follow"]))
            let path = "/api/v1/preferences"
            let cases: [(token: String?, status: Int, error: String?)] = [
                (nil, 401, "The access token is invalid"), ("nonsense", 401, "The access token is invalid"),
                (app, 422, "This method requires an authenticated user"),
                (follower, 403, "This action is outside the authorized scopes"), (ada.token, 200, nil),
            ]
            for (token, status, error) in cases {
                let reply = try await node.get(path, token: token)
                #expect(reply.status == status)
                #expect(reply.error == error)
            }
        }
    }

    @Test("an unknown path is not found in JSON, and browsers of other sites may ask first")
    func elsewhere() async throws {
        try await ClientNode.open { node in
            let reply = try await node.get("/api/v1/nothing")
            #expect(reply.status == 404)
            #expect(reply.error != nil)
            let preflight = try await node.send(
                "OPTIONS", "/api/v1/statuses", headers: [("Origin", "https://a.example")])
            #expect(preflight.header("access-control-allow-origin") == "*")
        }
    }
}
