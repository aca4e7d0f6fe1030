// SPDX-License-Identifier: Apache-2.0

import Calendar
import Model
import Vocabulary

/// The texts of an event's `summary`, in French or English. Some readers show no other property of an event.
struct EventTexts: Sendable {
    let isFrench: Bool

    /// - Parameter language: a language tag. Every language but French gets English texts.
    init(language: String) {
        isFrench = language.lowercased().hasPrefix("fr")
    }

    // MARK: - State

    /// The text before the title of an event that is cancelled or postponed; empty otherwise.
    func prefix(of status: Model.EventStatus) -> String {
        switch status {
        case .cancelled: isFrench ? "Annulé : " : "Cancelled: "
        case .postponed: isFrench ? "Reporté : " : "Postponed: "
        default: ""
        }
    }

    /// The title without the prefix that a Troquet node writes before it.
    static func withoutPrefix(_ title: String, status: Model.EventStatus) -> String {
        for texts in [EventTexts(language: "fr"), EventTexts(language: "en")] {
            let prefix = texts.prefix(of: status)
            if !prefix.isEmpty, title.hasPrefix(prefix) { return String(title.dropFirst(prefix.count)) }
        }
        return title
    }

    /// The name that is written when an event has no named place.
    func placeName(isOnline: Bool) -> String {
        if isOnline { return isFrench ? "En ligne" : "Online" }
        return isFrench ? "Lieu à préciser" : "Place to be announced"
    }

    /// Whether a place's name is one of the names that Troquet writes for an event without a named place.
    static func isPlaceholder(_ name: String) -> Bool {
        [true, false].contains { isOnline in
            ["fr", "en"].contains { EventTexts(language: $0).placeName(isOnline: isOnline) == name }
        }
    }

    // MARK: - Seats and registration

    /// The number of seats and of free seats; nil without a limit.
    func seats(capacity: Int?, left: Int?) -> String? {
        guard let capacity else { return nil }
        let total =
            isFrench ? "\(capacity) place\(capacity > 1 ? "s" : "")" : "\(capacity) seat\(capacity > 1 ? "s" : "")"
        guard let left else { return total }
        if left <= 0 { return total + (isFrench ? ", complet (liste d’attente)" : ", full (waiting list)") }
        return total + (isFrench ? ", encore \(left)" : ", \(left) left")
    }

    /// The text of the link to the registration page.
    func invitation(isOpen: Bool) -> String {
        guard isOpen else { return isFrench ? "Détails" : "Details" }
        return isFrench ? "S’inscrire" : "Sign up"
    }

    /// How people of other servers take part.
    var howToCome: String {
        isFrench
            ? "Pour venir, inscris-toi sur cette page. Depuis Mobilizon ou un autre café, colle son adresse dans la recherche."
            : "To come, sign up on this page. From Mobilizon or another café, paste its address into the search there."
    }

    // MARK: - Time

    /// The time of an event, such as `Fri 4 Sep 2026, 09:00–11:00 (Europe/Berlin)`. When it ends on another day, the
    /// end has its date too.
    func period(from start: Timestamp, to end: Timestamp, zone: TimeZoneRules) -> String {
        let first = zone.localFields(of: start.milliseconds)
        let last = zone.localFields(of: end.milliseconds)
        let isOneDay = (first.year, first.month, first.day) == (last.year, last.month, last.day)
        let range =
            isOneDay
            ? "\(day(first)), \(clock(first))–\(clock(last))"
            : "\(day(first)), \(clock(first)) – \(day(last)), \(clock(last))"
        return "\(range) (\(zone.identifier))"
    }

    private func clock(_ time: LocalFields) -> String {
        [time.hour, time.minute].map { $0 < 10 ? "0\($0)" : String($0) }.joined(separator: ":")
    }

    private func day(_ time: LocalFields) -> String {
        let weekdays =
            isFrench
            ? ["lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."]
            : ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        let months =
            isFrench
            ? [
                "janv.", "févr.", "mars", "avr.", "mai", "juin", "juill.", "août", "sept.", "oct.", "nov.", "déc.",
            ]
            : ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        // Safe: `LocalFields` gives 1 ... 7 and 1 ... 12.
        return "\(weekdays[time.weekday - 1]) \(time.day) \(months[time.month - 1]) \(time.year)"
    }
}
