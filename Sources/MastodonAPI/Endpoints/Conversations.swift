// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import HTTPSupport
internal import Model
internal import Services
internal import Storage

/// Conversations of direct messages.
enum ConversationEndpoints {
    static let all: [Endpoint] = [
        .get("/api/v1/conversations", .person("read:statuses"), list),
        .post("/api/v1/conversations/:id/read", .person("write:conversations")) { call in
            try await mark(unread: false, call)
        },
        .post("/api/v1/conversations/:id/unread", .person("write:conversations")) { call in
            try await mark(unread: true, call)
        },
        .delete("/api/v1/conversations/:id", .person("write:conversations")) { call in
            try await call.services.removeConversation(try call.id(), as: try call.principal())
            return .done
        },
    ]

    private static func list(_ call: APIRequest) async throws -> APIResponse {
        let (viewer, page) = (try call.actor(), await call.settledPage())
        let (conversations, last) = try await call.database.read { db in
            let list = try DirectConversations.list(of: viewer, page, in: db)
            return (list, try statuses(list.map(\.lastPost), viewer, in: db))
        }
        let cursors = conversations.first.flatMap { first in
            conversations.last.map { (newest: first.lastPost.rawValue, oldest: $0.lastPost.rawValue) }
        }
        return APIResponse(page: conversations, cursors: cursors, of: call) {
            $0.conversation($1, last: last[$1.lastPost], call.rendering)
        }
    }

    private static func mark(unread: Bool, _ call: APIRequest) async throws -> APIResponse {
        let (id, viewer): (ID<DirectConversation>, ID<Account>) = (try call.id(), try call.actor())
        try await call.services.setConversation(id, unread: unread, as: try call.principal())
        let (conversation, last) = try await call.database.read { db in
            let conversation = try DirectConversations.find(id, of: viewer, in: db)
            return (conversation, try statuses([conversation?.lastPost].compactMap { $0 }, viewer, in: db))
        }
        guard let conversation else { throw APIError.notFound }
        return APIResponse { $0.conversation(conversation, last: last[conversation.lastPost], call.rendering) }
    }

    /// Returns the posts of a page as the viewer sees them.
    static func statuses(
        _ posts: [ID<Post>], _ viewer: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> [ID<Post>: StatusView] {
        var statuses: [ID<Post>: StatusView] = [:]
        for view in try StatusViews.ofPosts(posts, viewer: viewer, in: db) {
            statuses[ID(view.id.rawValue)] = view
        }
        return statuses
    }
}
