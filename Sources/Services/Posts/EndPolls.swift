// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
public import Model
internal import Storage

/// A poll that has just ended, and the accounts that are notified of it.
public struct EndedPoll: Sendable, Hashable {
    /// The post with the poll.
    public var post: ID<Post>
    /// The local members who voted, and the author when they are local.
    public var audience: [ID<Account>]
}

extension Services {
    /// Ends the polls that have expired. Other servers with readers or voters get the final counts.
    ///
    /// - Returns: the ended polls. Each poll is ended once, even when several processes call this at the same time.
    @discardableResult
    public func endPolls() async throws -> [EndedPoll] {
        try await database.write { tx in
            var ended: [EndedPoll] = []
            for id in try Polls.takeEnded(at: now(), limit: 100, in: tx) {
                guard let post = try Posts.byID(id, in: tx) else { continue }
                var audience = try Polls.localVoters(of: id, in: tx)
                if post.isLocal {
                    if !audience.contains(post.author) { audience.append(post.author) }
                    try outbox.tellCounts(of: id, in: tx)
                }
                try outbox.notify(.poll(post, voters: audience), in: tx)
                ended.append(EndedPoll(post: id, audience: audience))
            }
            return ended
        }
    }

    /// Sends the current counts of local polls to other servers, once for all votes since the last call.
    ///
    /// - Returns: the number of polls.
    @discardableResult
    public func tellPollCounts() async throws -> Int {
        try await database.write { tx in
            let posts = try Polls.takeChanged(limit: 100, in: tx)
            for id in posts { try outbox.tellCounts(of: id, in: tx) }
            return posts.count
        }
    }
}
