// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import HTTPSupport
internal import Model
internal import Services
internal import Storage

/// Blocks and mutes of accounts, and blocks of hosts.
enum BlockEndpoints {
    static let all: [Endpoint] = [
        .post("/api/v1/accounts/:id/block", .person("write:blocks")) { call in
            try await AccountEndpoints.act(call) { try await call.services.block($0, as: $1) }
        },
        .post("/api/v1/accounts/:id/unblock", .person("write:blocks")) { call in
            try await AccountEndpoints.act(call) { try await call.services.unblock($0, as: $1) }
        },
        .post("/api/v1/accounts/:id/mute", .person("write:mutes")) { call in
            let sent = call.parameters
            return try await AccountEndpoints.act(call) {
                try await call.services.mute(
                    $0, hidesNotifications: sent.bool("notifications") ?? true, seconds: sent.int("duration"), as: $1)
            }
        },
        .post("/api/v1/accounts/:id/unmute", .person("write:mutes")) { call in
            try await AccountEndpoints.act(call) { try await call.services.unmute($0, as: $1) }
        },
        .post("/api/v1/accounts/:id/remove_from_followers", .person("write:follows")) { call in
            try await AccountEndpoints.act(call) { try await call.services.removeFollower($0, as: $1) }
        },
        .get("/api/v1/blocks", .person("read:blocks")) { call in
            let viewer = try call.actor()
            return try await AccountEndpoints.page(call) { page, db throws(DatabaseError) in
                try Blocks.list(of: viewer, page, in: db)
            }
        },
        .get("/api/v1/mutes", .person("read:mutes"), mutes),
        .get("/api/v1/domain_blocks", .person("read:blocks"), hosts),
        .get("/api/v1/domain_blocks/preview", .person("read:blocks"), preview),
        .post("/api/v1/domain_blocks", .person("write:blocks")) { call in
            try await call.services.blockHost(call.parameters.text("domain") ?? "", as: try call.principal())
            return .done
        },
        .delete("/api/v1/domain_blocks", .person("write:blocks")) { call in
            try await call.services.unblockHost(call.parameters.text("domain") ?? "", as: try call.principal())
            return .done
        },
    ]

    /// MutedAccount: an account with the end of its mute.
    private static func mutes(_ call: APIRequest) async throws -> APIResponse {
        let viewer = try call.actor()
        let page = call.page(limit: 40)
        let (accounts, ends) = try await call.database.read { db in
            let accounts = try Mutes.list(of: viewer, page, at: call.now, in: db)
            return (accounts, try Mutes.ends(of: accounts.map(\.id), by: viewer, in: db))
        }
        return APIResponse(page: accounts, cursors: AccountEndpoints.cursors(of: accounts), of: call) {
            $0.mutedAccount($1, until: ends[$1.id], call.rendering)
        }
    }

    private static func hosts(_ call: APIRequest) async throws -> APIResponse {
        let viewer = try call.actor()
        let page = call.page(limit: 100)
        let blocks = try await call.database.read { db in try HostBlocks.list(of: viewer, page, in: db) }
        let cursors = blocks.first.flatMap { first in blocks.last.map { (newest: first.mark, oldest: $0.mark) } }
        return APIResponse(page: blocks, cursors: cursors, of: call) { $0.string($1.host) }
    }

    /// DomainBlockPreview: the numbers of follows that the block would end.
    private static func preview(_ call: APIRequest) async throws -> APIResponse {
        let (following, followers) = try await call.services.followsBetween(
            try call.actor(), andHost: call.parameters.text("domain") ?? "")
        return APIResponse { writer in
            writer.object {
                $0.field("following_count", following)
                $0.field("followers_count", followers)
            }
        }
    }
}
