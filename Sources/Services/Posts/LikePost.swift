// SPDX-License-Identifier: Apache-2.0

public import Model
internal import Storage

extension Services {
    /// Favourites a post. A second call changes nothing.
    public func likePost(_ id: ID<Post>, as principal: Principal) async throws {
        try await favourite(.post(id), as: principal)
    }

    /// Removes the favourite.
    public func unlikePost(_ id: ID<Post>, as principal: Principal) async throws {
        try await unfavourite(.post(id), as: principal)
    }
}
