// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
public import Model
internal import Storage

/// A poll that ended just now, and who is to hear of it.
public struct EndedPoll: Sendable, Hashable {
    /// The post that asked.
    public var post: ID<Post>
    /// The members who voted, and the author when it is one.
    public var audience: [ID<Account>]
}

extension Services {
    /// Ends the polls whose time has come: their readers elsewhere get the last counts.
    ///
    /// - Returns: each with those who are to hear of it. A poll is ended once, whoever asks.
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

    /// Tells readers elsewhere how polls of this node stand: once for all the votes since the last time.
    ///
    /// - Returns: how many polls that were.
    @discardableResult
    public func tellPollCounts() async throws -> Int {
        try await database.write { tx in
            let posts = try Polls.takeChanged(limit: 100, in: tx)
            for id in posts { try outbox.tellCounts(of: id, in: tx) }
            return posts.count
        }
    }
}
