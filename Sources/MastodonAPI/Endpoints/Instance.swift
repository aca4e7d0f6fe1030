// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import HTTPSupport
internal import HTTPTypes
internal import Hummingbird
internal import Model
internal import Services
internal import Storage

/// Information about the node.
enum InstanceEndpoints {
    static let all: [Endpoint] = [
        .get("/api/v1/instance", .open, version1),
        .get("/api/v2/instance", .open, version2),
        .get("/api/v1/instance/peers", .open, peers),
        .get("/api/v1/instance/rules", .open) { call in
            APIResponse { $0.rules(call.services.profile.ruleList) }
        },
        .get("/api/v1/instance/extended_description", .open, description),
        .get("/api/v1/instance/privacy_policy", .open, description),
        .get("/api/v1/instance/languages", .open) { Languages.list($0) },
        .get("/api/v1/instance/translation_languages", .open) { _ in .done },
        .get("/api/v1/instance/domain_blocks", .open) { _ in .nothing },
        .get("/api/v1/instance/activity", .open) { _ in .nothing },
        .get("/api/v1/custom_emojis", .open) { _ in .nothing },
        .get("/api/v1/trends", .open) { _ in .nothing },
        .get("/api/v1/trends/tags", .open) { _ in .nothing },
        .get("/api/v1/trends/statuses", .open) { _ in .nothing },
        .get("/api/v1/trends/links", .open) { _ in .nothing },
        .get("/health", .open, health),
    ]

    /// The health check: JSON if the client asks for it, else plain text.
    private static func health(_ call: APIRequest) async throws -> APIResponse {
        guard call.request.headers[.accept]?.contains("json") == true else { return APIResponse(Responses.text("OK")) }
        return APIResponse { $0.object { $0.field("status", "OK") } }
    }

    private static func version1(_ call: APIRequest) async throws -> APIResponse {
        let facts = try await facts(call)
        return APIResponse { $0.instance(version: 1, facts, call.rendering) }
    }

    private static func version2(_ call: APIRequest) async throws -> APIResponse {
        let facts = try await facts(call)
        return APIResponse { $0.instance(version: 2, facts, call.rendering) }
    }

    private static func facts(_ call: APIRequest) async throws -> InstanceFacts {
        let now = call.services.clock.now
        let (counts, hosts, contact) = try await call.database.read { db in
            (
                try Accounts.counts(activeSince: now - .days(30), halfYear: now - .days(180), in: db),
                try Peers.count(in: db),
                try LocalAccounts.firstSteward(in: db)
            )
        }
        return InstanceFacts(
            software: call.api.software, community: call.services.community, counts: counts, hosts: hosts,
            contact: contact, rules: call.services.profile.ruleList, vapidKey: try await call.services.pushKey())
    }

    private static func peers(_ call: APIRequest) async throws -> APIResponse {
        let hosts = try await call.database.read { db in try Peers.list(in: db).filter { $0.policy != .blocked } }
        return APIResponse { writer in writer.array(hosts) { $0.string($1.host) } }
    }

    private static func description(_ call: APIRequest) async throws -> APIResponse {
        APIResponse { writer in
            writer.object {
                $0.field("updated_at", Timestamp(0))
                let about = call.services.profile.about
                let text = about.isEmpty ? call.services.community.tagline : about
                let parts = text.split(separator: "\n").map { "<p>\(EventText.escaped(String($0)))</p>" }
                $0.field("content", parts.joined())
            }
        }
    }
}
