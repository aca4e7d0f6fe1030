// SPDX-License-Identifier: Apache-2.0

/// A question that a post asks, with the answers that one can choose.
public struct Poll: Sendable, Hashable {
    /// One answer.
    public struct Option: Sendable, Hashable {
        /// Plain text.
        public var title: String
        /// How many chose it; for a poll of another node as its owner says.
        public var votes: Int

        /// Creates the value.
        public init(title: String, votes: Int = 0) {
            self.title = title
            self.votes = votes
        }
    }

    /// The answers, in their order.
    public var options: [Option]
    /// Whether one may choose several.
    public var isMultiple: Bool
    /// Whether the counts are shown only when it is over.
    public var hidesTotals: Bool
    /// When it ends; nil for never.
    public var expiresAt: Timestamp?
    /// How many people voted.
    public var votersCount: Int
    /// What the viewer chose: positions, 0 for the first.
    public var ownVotes: [Int] = []

    /// Creates the value as the rows have it.
    public init(
        options: [Option], isMultiple: Bool, hidesTotals: Bool = false, expiresAt: Timestamp?, votersCount: Int = 0
    ) {
        self.options = options
        self.isMultiple = isMultiple
        self.hidesTotals = hidesTotals
        self.expiresAt = expiresAt
        self.votersCount = votersCount
    }

    /// Whether it takes no more votes.
    public func isOver(at now: Timestamp) -> Bool { expiresAt.map { $0 <= now } ?? false }

    /// Whether the other one asks the same: its votes may stay.
    public func asksTheSame(as other: Poll) -> Bool {
        isMultiple == other.isMultiple && options.map(\.title) == other.options.map(\.title)
    }

    /// Bounds of what a member may ask.
    public enum Limits {
        /// Answers.
        public static let options = 2...6
        /// Characters of an answer.
        public static let title = 100
        /// Seconds that it may last: five minutes to a month.
        public static let seconds = 300...2_629_746
    }
}

/// What became of a vote.
public enum VoteOutcome: Sendable, Hashable {
    /// It counts.
    case counted
    /// The voter chose before, or more than may be chosen.
    case alreadyVoted
    /// The poll takes no more votes.
    case over
    /// There is no such answer, or no such poll.
    case noSuchChoice
}
