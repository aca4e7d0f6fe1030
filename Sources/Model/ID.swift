// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A local id that is typed by the entity it names.
///
/// Ids are 64-bit numbers that this server makes. They grow with time, so sorting by id is sorting by creation time.
public struct ID<Entity>: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The number as stored in rows and used in URLs.
    public let rawValue: Int64

    /// Wraps a number read from a row.
    public init(_ rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// Parses a positive decimal number from a URL.
    public init?(_ text: some StringProtocol) {
        guard let value = Int64(text), value > 0, !text.hasPrefix("+") else { return nil }
        rawValue = value
    }

    /// Orders by creation time.
    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

    /// The decimal number.
    public var description: String { String(rawValue) }

    /// A value larger than every real id: the upper bound for reading a list from its newest end.
    public static var last: Self { Self(.max) }
    /// A value smaller than every real id.
    public static var first: Self { Self(0) }
    /// When the id was made, to the millisecond.
    public var madeAt: Timestamp { Timestamp(rawValue >> 16) }
    /// A value smaller than every id that was made at or after an instant, unless the clock was set back since.
    public static func first(at instant: Timestamp) -> Self {
        Self((max(0, instant.milliseconds) & 0x3FFF_FFFF_FFFF) << 16)
    }
}

/// Makes ids: milliseconds since 1970 in the upper bits, then the process's slot and a counter in the lower sixteen
/// bits.
///
/// Processes on the same database must use different slots (0 ..< 64), so that their ids never collide. `Processes` of
/// Storage assigns them.
public final class IDMaker: Sendable {
    // These are atomics, not an actor, because every insert needs an id, often inside a synchronous transaction body.
    private let previous = Atomic<Int64>(0)
    private let slot: Atomic<Int64>

    /// - Parameters:
    ///   - slot: 0 ..< 64; must differ between processes on the same database.
    ///   - known: an id that was made before. All ids of this maker are larger, also when the clock was set back.
    public init(slot: Int = 0, after known: Int64 = 0) {
        self.slot = Atomic(Int64(slot & 63))
        advance(past: known)
    }

    /// Makes all further ids larger than an id that another process, or an earlier one, has made.
    public func advance(past known: Int64) {
        guard known > 0 else { return }
        // The whole millisecond is skipped, because the slot of the other id may be larger than ours.
        _ = previous.max(((known >> 16) << 10) | 0x3FF, ordering: .relaxed)
    }

    /// The id that was made last, as a number. All further ids of this maker are larger.
    public var latest: Int64 {
        let previous = previous.load(ordering: .relaxed)
        return ((previous >> 10) << 16) | (slot.load(ordering: .relaxed) << 10) | (previous & 0x3FF)
    }

    /// Uses another slot from now on, because another process may use the current one.
    public func move(to slot: Int) {
        self.slot.store(Int64(slot & 63), ordering: .relaxed)
    }

    /// Makes the next id, which is larger than all earlier ids of this maker.
    public func make<Entity>(at now: Timestamp) -> ID<Entity> {
        // There are 1,024 ids per millisecond and slot. A larger burst uses ids of the following milliseconds.
        let slot = slot.load(ordering: .relaxed)
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
