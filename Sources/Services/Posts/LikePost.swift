// SPDX-License-Identifier: Apache-2.0

public import Model
internal import Storage

extension Services {
    /// Thanks the author of a post. Doing it twice changes nothing.
    public func likePost(_ id: ID<Post>, as principal: Principal) async throws {
        try await favourite(.post(id), as: principal)
    }

    /// Takes the thanks back.
    public func unlikePost(_ id: ID<Post>, as principal: Principal) async throws {
        try await unfavourite(.post(id), as: principal)
    }
}
