// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A local identifier that only fits the kind of thing it names.
///
/// Ids are 64-bit, made by us and time-ordered, so sorting by id is sorting by arrival.
public struct ID<Entity>: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The number as it stands in a row and in a URL.
    public let rawValue: Int64

    /// Wraps a number read from a row.
    public init(_ rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// Reads a positive decimal number, as it stands in a URL.
    public init?(_ text: some StringProtocol) {
        guard let value = Int64(text), value > 0, !text.hasPrefix("+") else { return nil }
        rawValue = value
    }

    /// Earlier before later.
    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

    /// The decimal number.
    public var description: String { String(rawValue) }

    /// Larger than every id that is made: the start of a list read from its newest end.
    public static var last: Self { Self(.max) }
    /// Smaller than every id that is made.
    public static var first: Self { Self(0) }
}

/// Makes ids: milliseconds since 1970 in the upper bits, the process's slot and a counter in the lower sixteen.
///
/// Two processes on one database use different slots (0 ..< 64), so their ids never meet.
public final class IDMaker: Sendable {
    // An atomic rather than an actor: every insert asks for an id, often from inside a synchronous transaction body.
    private let previous = Atomic<Int64>(0)
    private let slot: Int64

    /// - Parameter slot: 0 ..< 64; what distinguishes this process from the others on the same database.
    public init(slot: Int = 0) {
        self.slot = Int64(slot & 63)
    }

    /// The next id, larger than every one made before by this maker.
    public func make<Entity>(at now: Timestamp) -> ID<Entity> {
        // 1,024 ids a millisecond and slot; a burst beyond it borrows from the next millisecond.
        let wanted = (now.milliseconds & 0x3FFF_FFFF_FFFF) << 10
        var expected = previous.load(ordering: .relaxed)
        while true {
            let next = max(wanted, expected &+ 1)
            let (exchanged, original) = previous.compareExchange(
                expected: expected, desired: next, ordering: .relaxed)
            if exchanged { return ID(((next >> 10) << 16) | (slot << 10) | (next & 0x3FF)) }
            expected = original
        }
    }
}
