// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
public import Storage

extension Services {
    /// Marks a conversation of direct messages as read or unread.
    public func setConversation(
        _ id: ID<DirectConversation>, unread: Bool, as principal: Principal
    ) async throws {
        try await database.write { tx in
            let actor = try actor(principal, in: tx)
            guard try DirectConversations.setUnread(id, unread, of: actor.id, in: tx) else {
                throw ServiceError.notFound
            }
        }
    }

    /// Removes a conversation from the list. Its next message brings it back.
    public func removeConversation(_ id: ID<DirectConversation>, as principal: Principal) async throws {
        try await database.write { tx in
            let actor = try actor(principal, in: tx)
            guard try DirectConversations.remove(id, of: actor.id, in: tx) else { throw ServiceError.notFound }
        }
    }
}
