// SPDX-License-Identifier: Apache-2.0

/// Who may read a post, from everyone to the named few.
public enum Visibility: String, Sendable, CaseIterable, Comparable {
    /// Everyone, and shown in lists.
    case everyone = "public"
    /// Everyone who has the address, not shown in public lists.
    case unlisted
    /// The author's followers and those named.
    case followers
    /// Those named.
    case direct

    private var rank: Int {
        switch self {
        case .everyone: 3
        case .unlisted: 2
        case .followers: 1
        case .direct: 0
        }
    }

    /// Narrower before wider.
    public static func < (a: Self, b: Self) -> Bool { a.rank < b.rank }

    /// Whether a stranger with the address may read it.
    public var isOpen: Bool { self >= .unlisted }
}
