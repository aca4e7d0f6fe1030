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
}

/// Makes ids: milliseconds since 1970 in the upper bits, then the process's slot and a counter in the lower sixteen
/// bits.
///
/// Processes on the same database must use different slots (0 ..< 64), so that their ids never collide.
public final class IDMaker: Sendable {
    // This is an atomic, not an actor, because every insert needs an id, often inside a synchronous transaction body.
    private let previous = Atomic<Int64>(0)
    private let slot: Int64

    /// - Parameter slot: 0 ..< 64; must differ between processes on the same database.
    public init(slot: Int = 0) {
        self.slot = Int64(slot & 63)
    }

    /// Makes the next id, which is larger than all earlier ids of this maker.
    public func make<Entity>(at now: Timestamp) -> ID<Entity> {
        // There are 1,024 ids per millisecond and slot. A larger burst uses ids of the following milliseconds.
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
