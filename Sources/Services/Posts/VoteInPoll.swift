// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
public import Model
internal import Storage

/// A new poll.
public struct PollDraft: Sendable, Hashable {
    /// The options.
    public var options: [String]
    /// How long the poll is open, in seconds.
    public var seconds: Int
    /// Whether voters may choose several options.
    public var isMultiple: Bool
    /// Whether the counts are hidden until the poll ends.
    public var hidesTotals: Bool

    /// Creates the value. The limits are checked when the post is published.
    public init(options: [String], seconds: Int, isMultiple: Bool = false, hidesTotals: Bool = false) {
        self.options = options
        self.seconds = seconds
        self.isMultiple = isMultiple
        self.hidesTotals = hidesTotals
    }

    private var titles: [String] { options.map { $0.trimmed.replacing("\n", with: " ") } }

    /// The labels as people compare them. Votes of other servers may name an option by its meaning alone.
    private var meanings: [String] { titles.map(Poll.meaning) }

    func poll(from now: Timestamp) -> Poll {
        Poll(
            options: titles.map { Poll.Option(title: $0) }, isMultiple: isMultiple, hidesTotals: hidesTotals,
            expiresAt: now + .seconds(seconds))
    }

    func check(_ check: inout Check) {
        let titles = titles
        check.require(Poll.Limits.options.contains(titles.count), "poll", "not_a_number")
        check.require(meanings.allSatisfy { !$0.isEmpty }, "poll", "missing")
        check.require(titles.allSatisfy { $0.count <= Poll.Limits.title }, "poll", "too_long")
        check.require(Set(meanings).count == titles.count, "poll", "taken")
        check.require(Poll.Limits.seconds.contains(seconds), "poll", "not_a_number")
    }
}

extension Services {
    /// Votes in a poll. A vote cannot be changed; where several options may be chosen, others may be added.
    ///
    /// - Parameter choices: the indexes of the options; 0 is the first.
    public func vote(_ choices: [Int], on id: ID<Post>, as principal: Principal) async throws {
        try await database.write { tx in
            let actor = try actor(principal, in: tx)
            let post = try readablePost(id, by: actor, in: tx)
            guard post.author != actor.id else { throw ServiceError.conflict("own_poll") }
            guard let poll = try Polls.one(id, viewer: actor.id, in: tx) else { throw ServiceError.notFound }
            switch try Polls.vote(choices, by: actor.id, on: id, at: now(), in: tx) {
            case .counted: break
            case .alreadyVoted: throw ServiceError.conflict("already_voted")
            case .over: throw ServiceError.conflict("poll_over")
            case .noSuchChoice: throw ServiceError.conflict("no_such_choice")
            }
            guard !post.isLocal else { return }
            let added = Set(choices).subtracting(poll.ownVotes).sorted()
            let names = added.filter(poll.options.indices.contains).map { poll.options[$0].name }
            try outbox.vote(for: names, on: post, by: actor, in: tx)
        }
    }
}
