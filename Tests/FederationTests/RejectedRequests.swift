// SPDX-License-Identifier: Apache-2.0

import Database
import HTTPSignatures
import Model
import Storage
import Testing
import Vocabulary

@testable import Federation

/// A request that the authenticator rejects, and the code of the rejection.
struct RejectedRequest: Sendable, CustomTestStringConvertible {
    let code: String
    let status: Int
    /// - Parameter eve: an actor of another node whose key is known.
    let make: @Sendable (_ world: FederationWorld, _ eve: String) async throws -> InboxRequest

    init(
        _ status: Int, _ code: String,
        _ make: @escaping @Sendable (_ world: FederationWorld, _ eve: String) async throws -> InboxRequest
    ) {
        self.code = code
        self.status = status
        self.make = make
    }

    var testDescription: String { code }

    static let all = texts + claims + signatures + digests + times
}

extension FederationWorld {
    /// A valid and correctly signed follow of Alice.
    func followRequest(by eve: String, _ change: (inout JSON) -> Void = { _ in }) throws -> InboxRequest {
        var follow: JSON = [
            "@context": "https://www.w3.org/ns/activitystreams", "id": JSON("\(eve)#follows/1"), "type": "Follow",
            "actor": JSON(eve), "object": JSON(identifiers.person("alice")),
        ]
        change(&follow)
        return try request(follow, signedBy: eve)
    }
}

extension InboxRequest {
    /// The same request with a changed header.
    func with(_ name: String, _ change: (String) -> String) -> InboxRequest {
        var request = self
        request.head.headers = head.headers.map { $0.name == name ? (name, change($0.value)) : $0 }
        return request
    }

    func without(_ name: String) -> InboxRequest {
        var request = self
        request.head.headers.removeAll { $0.name == name }
        return request
    }

    func adding(_ name: String, _ value: String) -> InboxRequest {
        var request = self
        request.head.headers.append((name, value))
        return request
    }
}

extension String {
    func swapping(_ text: String, for other: String) -> String {
        guard let range = firstRange(of: text) else { return self }
        return String(self[..<range.lowerBound]) + other + String(self[range.upperBound...])
    }
}

// MARK: - Invalid activities

extension RejectedRequest {
    static let texts: [RejectedRequest] = [
        .init(415, "wrong_media_type") { world, eve in
            var request = try world.followRequest(by: eve)
            request.mediaType = "application/json"
            return request
        },
        .init(413, "too_large") { world, eve in
            var request = try world.followRequest(by: eve)
            request.body = Array(repeating: 0x20, count: InboxAuthenticator.limitBytes + 1)
            return request
        },
        .init(400, "malformed_json") { world, eve in try world.request(bytes: Array("{".utf8), signedBy: eve) },
        .init(400, "duplicate_key") { world, eve in
            try world.request(
                bytes: Array(#"{"type":"Follow","actor":"\#(eve)","actor":"https://prairie.example/users/vic"}"#.utf8),
                signedBy: eve)
        },
        .init(400, "too_deep") { world, eve in
            let deep = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
            return try world.request(bytes: Array(#"{"type":"Like","object":\#(deep)}"#.utf8), signedBy: eve)
        },
        .init(400, "malformed_activity") { world, eve in
            try world.request(bytes: Array(#"{"type":"Follow"}"#.utf8), signedBy: eve)
        },
    ]

    static let claims: [RejectedRequest] = [
        .init(403, "host_blocked") { world, eve in
            let now = world.clock.now
            try await world.database.write { tx in
                try Peers.setPolicy("evil.example", .blocked, note: "", at: now, in: tx)
            }
            return try world.followRequest(by: eve)
        },
        .init(403, "signer_is_not_actor") { world, eve in
            try world.followRequest(by: eve) { $0 = $0.setting("actor", "https://prairie.example/users/vic") }
        },
        .init(403, "attributed_to_mismatch") { world, eve in
            try world.createRequest(by: eve, id: "\(eve)/notes/1", owner: "https://prairie.example/users/vic")
        },
        .init(403, "wrong_origin") { world, eve in
            try world.createRequest(by: eve, id: "https://prairie.example/notes/1", owner: eve)
        },
        .init(403, "local_identifier") { world, eve in
            try world.createRequest(by: eve, id: "https://cafe.example/posts/1", owner: eve)
        },
        .init(403, "actor_suspended") { world, eve in
            let (id, now) = (try await world.resolve(eve).id, world.clock.now)
            try await world.database.write { tx in try Accounts.suspend(id, at: now, in: tx) }
            return try world.followRequest(by: eve)
        },
    ]

    static let signatures: [RejectedRequest] = [
        .init(401, "missing_signature") { world, eve in try world.followRequest(by: eve).without("signature") },
        .init(400, "malformed_signature") { world, eve in
            try world.followRequest(by: eve).with("signature") { _ in "keyId=\"https://evil.example" }
        },
        .init(400, "duplicate_header") { world, eve in
            try world.followRequest(by: eve).adding("host", "cafe.example")
        },
        .init(400, "duplicate_parameter") { world, eve in
            try world.followRequest(by: eve).with("signature") { $0 + ",keyId=\"https://prairie.example/users/vic#k\"" }
        },
        .init(400, "malformed_header") { world, eve in try world.followRequest(by: eve).adding("x-odd", "a\u{1}b") },
        .init(400, "unsupported_component") { world, eve in
            try world.modernRequest(by: eve).with("signature-input") { $0.swapping("\"@method\"", for: "\"@status\"") }
        },
        .init(401, "unsupported_algorithm") { world, eve in
            try world.followRequest(by: eve).with("signature") { $0.swapping("rsa-sha256", for: "rsa-md5") }
        },
        .init(401, "weak_coverage") { world, eve in
            try world.followRequest(by: eve).with("signature") { $0.swapping("(request-target) ", for: "") }
        },
        .init(401, "missing_header") { world, eve in
            try world.followRequest(by: eve).with("signature") { $0.swapping(" digest", for: " x-none digest") }
        },
        .init(401, "wrong_host") { world, eve in
            try world.followRequest(by: eve).with("host") { _ in "other.example" }
        },
        .init(401, "bad_key_id") { world, eve in
            try world.request(
                ["type": "Follow", "actor": JSON(eve)], signedBy: eve,
                keyID: "https://cafe.example/users/alice#main-key")
        },
        .init(401, "bad_signature") { world, eve in
            try world.followRequest(by: eve).with("date") { _ in "Sat, 02 May 2026 10:00:01 GMT" }
        },
        .init(401, "key_not_found") { world, eve in
            try world.request(
                ["type": "Follow", "actor": JSON(eve)], signedBy: eve, keyID: "https://evil.example/users/nobody#key")
        },
        .init(503, "key_unavailable") { world, eve in
            world.nodes.fail("https://evil.example/users/ill", .unavailable(status: 502))
            return try world.request(
                ["type": "Follow", "actor": JSON(eve)], signedBy: eve, keyID: "https://evil.example/users/ill#key")
        },
        .init(401, "too_many_signatures") { world, eve in
            try world.modernRequest(by: eve).with("signature-input") { input in
                (0..<5).map { input.swapping("sig1", for: "s\($0)") }.joined(separator: ", ")
            }.with("signature") { signature in
                (0..<5).map { signature.swapping("sig1", for: "s\($0)") }.joined(separator: ", ")
            }
        },
    ]

    static let digests: [RejectedRequest] = [
        .init(400, "malformed_digest") { world, eve in
            try world.followRequest(by: eve).with("digest") { _ in "SHA-256=***" }
        },
        .init(401, "digest_missing") { world, eve in
            try world.followRequest(by: eve).without("digest").with("signature") { $0.swapping(" digest", for: "") }
        },
        .init(401, "digest_not_signed") { world, eve in
            try world.followRequest(by: eve).with("signature") { $0.swapping(" digest", for: "") }
        },
        .init(401, "digest_mismatch") { world, eve in
            var request = try world.followRequest(by: eve)
            request.body.append(0x20)
            return request
        },
    ]

    static let times: [RejectedRequest] = [
        .init(401, "date_missing") { world, eve in try world.followRequest(by: eve).with("date") { _ in "yesterday" } },
        .init(401, "date_out_of_range") { world, eve in
            let request = try world.followRequest(by: eve)
            world.clock.pass(.minutes(66))
            return request
        },
        .init(401, "expired") { world, eve in
            let seconds = world.clock.now.milliseconds / 1000
            return try world.followRequest(by: eve).with("signature") {
                $0.swapping("rsa-sha256", for: "hs2019").swapping(" date", for: " (created) (expires)")
                    + ",created=\(seconds - 100),expires=\(seconds - 50)"
            }
        },
    ]
}

extension FederationWorld {
    /// The follow, signed with RFC 9421.
    func modernRequest(by eve: String) throws -> InboxRequest {
        try request(
            [
                "id": JSON("\(eve)#follows/2"), "type": "Follow", "actor": JSON(eve),
                "object": JSON(identifiers.person("alice")),
            ], signedBy: eve, scheme: .rfc9421)
    }

    /// A `Create` of a note with this id and this owner.
    func createRequest(by eve: String, id: String, owner: String) throws -> InboxRequest {
        try request(
            [
                "id": JSON("\(eve)/creates/1"), "type": "Create", "actor": JSON(eve),
                "object": ["id": JSON(id), "type": "Note", "attributedTo": JSON(owner), "content": "Hello"],
            ], signedBy: eve)
    }
}
