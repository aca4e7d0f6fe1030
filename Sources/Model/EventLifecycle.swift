// SPDX-License-Identifier: Apache-2.0

/// Whether an event will take place.
public enum EventStatus: String, Sendable, CaseIterable {
    /// As announced.
    case scheduled
    /// At another time than first announced.
    case rescheduled
    /// Not at the announced time; the new one is not known yet.
    case postponed
    /// Not at all.
    case cancelled
    /// Perhaps; a remote event may say so.
    case tentative

    /// Where it may go from here. A cancelled event stays cancelled: who signed up was told.
    public var successors: Set<EventStatus> {
        switch self {
        case .scheduled, .rescheduled: [.rescheduled, .postponed, .cancelled]
        case .postponed: [.rescheduled, .cancelled]
        case .tentative: [.scheduled, .rescheduled, .postponed, .cancelled]
        case .cancelled: []
        }
    }

    /// Whether guests may still sign up.
    public var takesGuests: Bool { self != .cancelled && self != .postponed }
}

/// What a change of an event is to those who signed up.
public enum EventChange: Sendable, Hashable {
    /// Words only: no notice.
    case details
    /// Another time.
    case rescheduled
    /// Another place.
    case moved
    /// No time for now.
    case postponed
    /// It does not take place.
    case cancelled
}
