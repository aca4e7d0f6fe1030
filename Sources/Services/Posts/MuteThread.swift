// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
internal import Storage

extension Services {
    /// Mutes or unmutes the notifications of a thread. An event has no thread, so nothing changes.
    public func muteThread(_ subject: TimelineItem.Subject, _ isMuted: Bool, as principal: Principal) async throws {
        try await database.write { tx in
            let actor = try actor(principal, in: tx)
            guard case .post(let id) = subject else { return }
            let post = try readablePost(id, by: actor, in: tx)
            try ThreadMutes.set(post.thread, muted: isMuted, by: actor.id, in: tx)
        }
    }
}
