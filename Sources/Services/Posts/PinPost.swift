// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
internal import Storage

extension Services {
    /// Pins a post of the account that acts to its profile, or unpins it. At most five posts can be pinned, and no
    /// direct message.
    public func pin(_ subject: TimelineItem.Subject, _ isPinned: Bool, as principal: Principal) async throws {
        guard case .post(let id) = subject else { throw ServiceError.notAllowed }
        try await database.write { tx in
            let account = try actor(principal, in: tx)
            let post = try ownPost(id, by: account, in: tx)
            guard isPinned else { return try Pins.remove(post: id, account: account.id, in: tx) }
            guard post.visibility != .direct else { throw ServiceError.conflict("direct_posts_cannot_be_pinned") }
            guard try Pins.list(of: account.id, in: tx).filter({ $0 != id }).count < 5 else {
                throw ServiceError.conflict("too_many_pins")
            }
            try Pins.add(post: id, account: account.id, at: now(), in: tx)
        }
    }
}
