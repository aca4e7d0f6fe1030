// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import HTTPSupport
internal import Model
internal import Services
internal import Storage

/// Lists of accounts. Apps also show the groups that a member follows as lists.
enum ListEndpoints {
    static let all: [Endpoint] = [
        .get("/api/v1/lists", .person("read:lists")) { call in
            let lists = try await call.services.lists(of: try call.actor())
            return APIResponse { writer in writer.array(lists) { $0.list($1) } }
        },
        .post("/api/v1/lists", .person("write:lists"), make),
        .get("/api/v1/lists/:id", .person("read:lists")) { call in
            let list = try await call.services.list(try call.id(), of: try call.actor())
            return APIResponse { $0.list(list) }
        },
        .put("/api/v1/lists/:id", .person("write:lists"), change),
        .delete("/api/v1/lists/:id", .person("write:lists")) { call in
            try await call.services.deleteList(try call.id(), as: try call.principal())
            return .done
        },
        .get("/api/v1/lists/:id/accounts", .person("read:lists"), members),
        .post("/api/v1/lists/:id/accounts", .person("write:lists")) { call in
            try await call.services.add(sentMembers(call), to: try call.id(), as: try call.principal())
            return .done
        },
        .delete("/api/v1/lists/:id/accounts", .person("write:lists")) { call in
            try await call.services.remove(sentMembers(call), from: try call.id(), as: try call.principal())
            return .done
        },
        .get("/api/v1/accounts/:id/lists", .person("read:lists")) { call in
            let owner = try call.actor()
            let member: ID<Account> = try call.id()
            let lists = try await call.database.read { db in try AccountLists.of(owner, with: member, in: db) }
            return APIResponse { writer in writer.array(lists) { $0.list(.own($1)) } }
        },
    ]

    private static func make(_ call: APIRequest) async throws -> APIResponse {
        let list = try await call.services.makeList(
            titled: call.parameters.text("title") ?? "", replies: try replies(call) ?? .list,
            isExclusive: call.parameters.bool("exclusive") ?? false, as: try call.principal())
        return APIResponse { $0.list(.own(list)) }
    }

    private static func change(_ call: APIRequest) async throws -> APIResponse {
        let list = try await call.services.changeList(
            try call.id(), title: call.parameters.text("title"), replies: try replies(call),
            isExclusive: call.parameters.bool("exclusive"), as: try call.principal())
        return APIResponse { $0.list(.own(list)) }
    }

    private static func replies(_ call: APIRequest) throws(APIError) -> AccountList.RepliesPolicy? {
        guard let value = call.parameters.text("replies_policy"), !value.isEmpty else { return nil }
        guard let policy = AccountList.RepliesPolicy(rawValue: value) else {
            throw .notInList("replies_policy")
        }
        return policy
    }

    private static func sentMembers(_ call: APIRequest) -> [ID<Account>] {
        call.parameters.texts("account_ids").prefix(500).compactMap { ID($0) }
    }

    /// Returns the members of a list; `limit=0` asks for all. A group is an empty list, because its members are not
    /// chosen by the viewer.
    private static func members(_ call: APIRequest) async throws -> APIResponse {
        guard case .own(let list) = try await call.services.list(try call.id(), of: try call.actor()) else {
            return .nothing
        }
        guard call.parameters.int("limit") != 0 else {
            let members = try await call.database.read { db in try AccountLists.members(of: list.id, in: db) }
            return APIResponse { writer in writer.array(members) { $0.account($1, call.rendering) } }
        }
        return try await AccountEndpoints.page(call) { page, db throws(DatabaseError) in
            try AccountLists.members(of: list.id, page, in: db)
        }
    }
}
