// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
public import Model
internal import Storage

extension Services {
    /// Deletes a post. Authors may delete their own posts; moderators may delete every local post.
    ///
    /// - Parameter withMedia: whether its media are deleted, too. Otherwise the author may use them in another post for a
    ///   day.
    public func deletePost(_ id: ID<Post>, withMedia: Bool = false, as principal: Principal) async throws {
        try await database.write { tx in
            let acting = try acting(principal, in: tx)
            guard let post = try Posts.byID(id, in: tx) else { throw ServiceError.notFound }
            guard post.author == acting.account?.id || (acting.power.mayModerate && post.isLocal) else {
                throw ServiceError.notFound
            }
            if post.author != acting.account?.id {
                try log(
                    .deletedPost, about: try Accounts.byID(post.author, in: tx), by: acting.account, in: tx)
            }
            try outbox.delete(post, in: tx)
            let media = withMedia ? try Posts.parts(of: id, in: tx).attachments.compactMap(\.media) : []
            _ = try Posts.delete(id, in: tx)
            for media in media { _ = try Uploads.discard(media, owner: post.author, in: tx) }
        }
    }
}
