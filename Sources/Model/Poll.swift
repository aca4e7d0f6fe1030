// SPDX-License-Identifier: Apache-2.0

/// A poll of a post, with its options.
public struct Poll: Sendable, Hashable {
    /// One option.
    public struct Option: Sendable, Hashable {
        /// The label in one line, plain text, as it is shown.
        public var title: String
        /// The label exactly as the owner of the poll wrote it. A vote names the option by it.
        public var name: String
        /// The number of votes; for a remote poll the number that its owner states.
        public var votes: Int

        /// Creates the value.
        ///
        /// - Parameter name: nil when the owner wrote the label as it is shown.
        public init(title: String, votes: Int = 0, name: String? = nil) {
            self.title = title
            self.name = name ?? title
            self.votes = votes
        }
    }

    /// The options, in their order.
    public var options: [Option]
    /// Whether a voter may choose several options.
    public var isMultiple: Bool
    /// Whether the numbers of votes are hidden until the poll ends.
    public var hidesTotals: Bool
    /// When the poll ends; nil for never.
    public var expiresAt: Timestamp?
    /// The number of voters.
    public var votersCount: Int
    /// The options that the viewer chose, as positions from 0.
    public var ownVotes: [Int] = []

    /// Creates the value from rows of the database.
    public init(
        options: [Option], isMultiple: Bool, hidesTotals: Bool = false, expiresAt: Timestamp?, votersCount: Int = 0
    ) {
        self.options = options
        self.isMultiple = isMultiple
        self.hidesTotals = hidesTotals
        self.expiresAt = expiresAt
        self.votersCount = votersCount
    }

    /// Whether the poll has ended.
    public func isOver(at now: Timestamp) -> Bool { expiresAt.map { $0 <= now } ?? false }

    /// Whether the other poll has the same options, so that the votes may be kept.
    public func asksTheSame(as other: Poll) -> Bool {
        isMultiple == other.isMultiple && options.map(\.title) == other.options.map(\.title)
    }

    /// The position of the option that a vote names: the one with exactly this name, or else the one with the same
    /// meaning. Servers change what nobody sees: kinds and numbers of spaces, and marks for the direction of writing.
    public func position(named name: String) -> Int? {
        if let exact = options.firstIndex(where: { $0.name == name || $0.title == name }) { return exact }
        let meaning = Self.meaning(of: name)
        return options.firstIndex { Self.meaning(of: $0.name) == meaning }
    }

    /// A label as people compare it: without invisible characters, and with one space in place of all white space
    /// between two words.
    public static func meaning(of label: String) -> String {
        var meaning = String.UnicodeScalarView()
        var isSpaced = false
        for scalar in label.unicodeScalars {
            if scalar.properties.isWhitespace {
                isSpaced = !meaning.isEmpty
            } else if !isInvisible(scalar) {
                if isSpaced { meaning.append(" ") }
                isSpaced = false
                meaning.append(scalar)
            }
        }
        return String(meaning)
    }

    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        if (0xFE00...0xFE0F).contains(scalar.value) { return true }
        switch scalar.properties.generalCategory {
        case .format, .control: return true
        default: return false
        }
    }

    /// The limits for polls of members.
    public enum Limits {
        /// The number of options.
        public static let options = 2...6
        /// The maximum length of an option in characters.
        public static let title = 100
        /// The duration in seconds: five minutes to one month.
        public static let seconds = 300...2_629_746
    }
}

/// The result of a vote.
public enum VoteOutcome: Sendable, Hashable {
    /// The vote was counted.
    case counted
    /// The voter has voted before, or chose more options than allowed.
    case alreadyVoted
    /// The poll has ended.
    case over
    /// There is no such option or no such poll.
    case noSuchChoice
}
