// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import HTTPSupport
internal import Model
internal import Services
internal import Storage

/// People and groups: finding them, following them, and the profile of the caller.
enum AccountEndpoints {
    static let all: [Endpoint] = [
        .get("/api/v1/accounts/verify_credentials", .person("profile"), own),
        .get("/api/v1/preferences", .person("read:accounts"), preferences),
        .get("/api/v1/accounts/lookup", .open, lookUp),
        .get("/api/v1/accounts/relationships", .person("read:follows"), relationships),
        .get("/api/v1/accounts", .everyone("read:accounts"), several),
        .get("/api/v1/accounts/:id", .everyone("read:accounts"), show),
        .get("/api/v1/accounts/:id/statuses", .everyone("read:statuses"), statuses),
        .get("/api/v1/accounts/:id/followers", .everyone("read:accounts")) { call in
            let id: ID<Account> = try call.id()
            if try await account(id, call).hidesFollows, call.viewer != id { return .nothing }
            let isStranger = call.viewer == nil
            return try await page(call) { page, db throws(DatabaseError) in
                try Follows.followers(of: id, page, onlyListed: isStranger, in: db)
            }
        },
        .get("/api/v1/accounts/:id/following", .everyone("read:accounts")) { call in
            let id: ID<Account> = try call.id()
            if try await account(id, call).hidesFollows, call.viewer != id { return .nothing }
            let isStranger = call.viewer == nil
            return try await page(call) { page, db throws(DatabaseError) in
                try Follows.following(of: id, page, onlyListed: isStranger, in: db)
            }
        },
        .post("/api/v1/accounts/:id/follow", .person("write:follows"), follow),
        .post("/api/v1/accounts/:id/unfollow", .person("write:follows")) { call in
            try await act(call) { try await call.services.unfollow($0, as: $1) }
        },
    ]

    // MARK: - The caller's account

    private static func own(_ call: APIRequest) async throws -> APIResponse {
        let profile = try await call.services.ownProfile(as: try call.principal())
        return APIResponse { $0.ownAccount(profile, call.rendering) }
    }

    private static func preferences(_ call: APIRequest) async throws -> APIResponse {
        let profile = try await call.services.ownProfile(as: try call.principal())
        return APIResponse { writer in
            writer.object {
                $0.field("posting:default:visibility", profile.defaultVisibility.apiName)
                $0.field("posting:default:sensitive", profile.defaultSensitive)
                $0.field("posting:default:language", profile.defaultLanguage)
                $0.field("posting:default:quote_policy", profile.defaultQuotePolicy.apiName)
                $0.field("reading:expand:media", "default")
                $0.field("reading:expand:spoilers", false)
                $0.field("reading:autoplay:gifs", false)
            }
        }
    }

    // MARK: - Finding

    private static func show(_ call: APIRequest) async throws -> APIResponse {
        try await respond(try await account(try call.id(), call), call)
    }

    private static func several(_ call: APIRequest) async throws -> APIResponse {
        let ids = call.parameters.texts("id").prefix(40).compactMap { ID<Account>($0) }
        let viewer = call.viewer
        let accounts = try await call.database.read { db in
            let found = try Accounts.byIDs(ids, in: db)
            return try shown(ids.compactMap { found[$0] }, to: viewer, in: db)
        }
        return APIResponse { writer in writer.array(accounts) { $0.account($1, call.rendering) } }
    }

    /// Finds a known account by its handle. Nothing is fetched from other servers.
    private static func lookUp(_ call: APIRequest) async throws -> APIResponse {
        guard let handle = Handle(call.parameters.text("acct") ?? "") else { throw APIError.notFound }
        let host = handle.host == call.rendering.host ? "" : handle.host
        let account = try await call.database.read { db in
            let found = try Accounts.byHandle(Handle(name: handle.name, host: host), in: db)
            return try shown([found].compactMap { $0 }, to: nil, in: db).first
        }
        guard let account else { throw APIError.notFound }
        return try await respond(account, call)
    }

    /// Responds with one account, and with the account to which it moved.
    private static func respond(_ account: Account, _ call: APIRequest) async throws -> APIResponse {
        var successor: Account?
        if let iri = account.movedTo {
            successor = try await call.database.read { db in
                let found = try Accounts.byIRI(iri, in: db)
                return try shown([found].compactMap { $0 }, to: nil, in: db).first
            }
        }
        return APIResponse { [successor] in $0.account(account, call.rendering, movedTo: successor) }
    }

    private static func relationships(_ call: APIRequest) async throws -> APIResponse {
        let viewer = try call.actor()
        let ids = call.parameters.texts("id").prefix(80).compactMap { ID<Account>($0) }
        let relations = try await call.database.read { db in
            try AccountRelations.load(ids, viewer: viewer, at: call.now, in: db)
        }
        return APIResponse { writer in writer.array(relations) { $0.relationship($1) } }
    }

    // MARK: - Their statuses

    private static func statuses(_ call: APIRequest) async throws -> APIResponse {
        let account = try await account(try call.id(), call)
        let sent = call.parameters
        guard sent.bool("pinned") != true else { return try await pinned(of: account, call) }
        var filter = AccountFilter()
        // The statuses of a group are its boosts. Without boosts its profile would be empty.
        if !account.isGroup {
            filter.withoutReplies = sent.bool("exclude_replies") == true
            filter.withoutBoosts = sent.bool("exclude_reblogs") == true
        }
        filter.onlyMedia = sent.bool("only_media") == true
        filter.tag = sent.text("tagged").flatMap { $0.isEmpty ? nil : call.services.foldedTag($0) }
        return try await TimelineEndpoints.respond(call) { [filter] page, db throws(DatabaseError) in
            try Timelines.account(account.id, filter, page, viewer: call.viewer, in: db)
        }
    }

    private static func pinned(of account: Account, _ call: APIRequest) async throws -> APIResponse {
        let viewer = call.viewer
        let views = try await call.database.read { db in
            try StatusViews.ofPosts(try Pins.list(of: account.id, in: db), viewer: viewer, in: db)
        }
        return APIResponse { writer in writer.array(views) { $0.status($1, call.rendering) } }
    }

    // MARK: - Following

    private static func follow(_ call: APIRequest) async throws -> APIResponse {
        let sent = call.parameters
        return try await act(call) { target, principal in
            try await call.services.follow(target, as: principal)
            try await call.services.tuneFollow(
                target, showsBoosts: sent.bool("reblogs"), notifies: sent.bool("notify"), as: principal)
        }
    }

    /// Runs a command on another account, and responds with the relationship after it.
    static func act(
        _ call: APIRequest, _ body: (ID<Account>, Principal) async throws -> Void
    ) async throws -> APIResponse {
        let actor = try call.actor()
        let target = try await account(try call.id(), call)
        try await body(target.id, try call.principal())
        return try await relation(of: actor, to: target.id, call)
    }

    static func relation(
        of viewer: ID<Account>, to account: ID<Account>, _ call: APIRequest
    ) async throws -> APIResponse {
        let relation = try await call.database.read { db in
            try AccountRelations.load([account], viewer: viewer, at: call.now, in: db).first
        }
        guard let relation else { throw APIError.notFound }
        return APIResponse { $0.relationship(relation) }
    }

    /// Returns the account with this id if the viewer may see it.
    static func account(_ id: ID<Account>, _ call: APIRequest) async throws -> Account {
        let viewer = call.viewer
        let account = try await call.database.read { db in
            try shown([try Accounts.byID(id, in: db)].compactMap { $0 }, to: viewer, in: db).first
        }
        guard let account else { throw APIError.notFound }
        return account
    }

    /// The accounts without those that are deleted. Who waits for approval is not a member yet, and is shown to nobody
    /// else: neither that somebody asked to become a member nor under which name is for strangers.
    private static func shown(
        _ accounts: [Account], to viewer: ID<Account>?, in db: some Queryable
    ) throws(DatabaseError) -> [Account] {
        let accounts = accounts.filter { $0.deletedAt == nil }
        let people = accounts.filter { $0.isLocal && $0.kind == .person && $0.id != viewer }
        guard !people.isEmpty else { return accounts }
        let waiting = try LocalAccounts.waiting(among: people.map(\.id), in: db)
        return accounts.filter { !waiting.contains($0.id) }
    }

    /// Returns one page of accounts, paged by the account's id.
    static func page(
        _ call: APIRequest, _ read: @escaping @Sendable (PageRequest, Snapshot) throws(DatabaseError) -> [Account]
    ) async throws -> APIResponse {
        let page = await call.settledPage(limit: 40)
        let accounts = try await call.database.read { db in try read(page, db) }
        return APIResponse(page: accounts, cursors: cursors(of: accounts), of: call) { $0.account($1, call.rendering) }
    }

    static func cursors(of accounts: [Account]) -> (newest: Int64, oldest: Int64)? {
        accounts.first.flatMap { first in
            accounts.last.map { (newest: first.id.rawValue, oldest: $0.id.rawValue) }
        }
    }
}
