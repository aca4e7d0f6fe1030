// SPDX-License-Identifier: Apache-2.0

/// Who may read a post, from everyone to only the mentioned accounts.
public enum Visibility: String, Sendable, CaseIterable, Comparable {
    /// Everyone may read it, and public timelines show it.
    case everyone = "public"
    /// Everyone who has the address may read it, but public timelines do not show it.
    case unlisted
    /// The author's followers and the mentioned accounts may read it.
    case followers
    /// Only the mentioned accounts may read it (a direct message).
    case direct

    private var rank: Int {
        switch self {
        case .everyone: 3
        case .unlisted: 2
        case .followers: 1
        case .direct: 0
        }
    }

    /// Orders from the narrowest to the widest.
    public static func < (a: Self, b: Self) -> Bool { a.rank < b.rank }

    /// Whether a stranger with the address may read it.
    public var isOpen: Bool { self >= .unlisted }
}
