// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
internal import Storage

extension Services {
    /// Deletes an upload of the account that acts, when it is in no post.
    public func deleteMedia(_ id: ID<Media>, as principal: Principal) async throws {
        try await database.write { tx in
            let owner = try actor(principal, in: tx).id
            guard try Uploads.discard(id, owner: owner, in: tx) else { throw ServiceError.notFound }
        }
    }
}
