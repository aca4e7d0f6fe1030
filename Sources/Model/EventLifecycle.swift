// SPDX-License-Identifier: Apache-2.0

/// The status of an event.
public enum EventStatus: String, Sendable, CaseIterable {
    /// It takes place as announced.
    case scheduled
    /// It takes place at another time than first announced.
    case rescheduled
    /// It does not take place at the announced time; the new time is not known yet.
    case postponed
    /// It does not take place.
    case cancelled
    /// It may take place; only remote events have this status.
    case tentative

    /// The statuses that may follow this one. A cancelled event stays cancelled, because its guests were already
    /// notified.
    public var successors: Set<EventStatus> {
        switch self {
        case .scheduled, .rescheduled: [.rescheduled, .postponed, .cancelled]
        case .postponed: [.rescheduled, .cancelled]
        case .tentative: [.scheduled, .rescheduled, .postponed, .cancelled]
        case .cancelled: []
        }
    }

    /// Whether people may still join.
    public var takesGuests: Bool { self != .cancelled && self != .postponed }
}

/// The kind of a change to an event, which decides how its guests are notified.
public enum EventChange: Sendable, Hashable {
    /// Only texts changed; guests are not notified.
    case details
    /// The time changed.
    case rescheduled
    /// The place changed.
    case moved
    /// The event was postponed without a new time.
    case postponed
    /// The event was cancelled.
    case cancelled
}
