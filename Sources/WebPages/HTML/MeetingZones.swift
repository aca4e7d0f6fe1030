// SPDX-License-Identifier: Apache-2.0

internal import Model

/// The time zones that the form of an event offers: those of the places where cafés of the neighbourhood and their friends
/// are, from west to east. An event in another zone keeps it.
enum MeetingZones {
    private static let offered = [
        "Pacific/Tahiti", "America/Los_Angeles", "America/Denver", "America/Mexico_City", "America/Chicago",
        "America/Bogota", "America/New_York", "America/Montreal", "America/Guadeloupe", "America/Martinique",
        "America/Cayenne", "America/Miquelon", "America/Sao_Paulo", "America/Argentina/Buenos_Aires",
        "Atlantic/Reykjavik", "Africa/Abidjan", "Africa/Dakar", "Europe/London", "Europe/Dublin", "Europe/Lisbon",
        "Africa/Casablanca", "Africa/Algiers", "Africa/Tunis", "Africa/Lagos", "Africa/Kinshasa", "Europe/Paris",
        "Europe/Brussels", "Europe/Zurich", "Europe/Luxembourg", "Europe/Amsterdam", "Europe/Berlin", "Europe/Madrid",
        "Europe/Rome", "Europe/Vienna", "Europe/Prague", "Europe/Warsaw", "Europe/Stockholm", "Europe/Athens",
        "Europe/Bucharest", "Europe/Helsinki", "Europe/Kyiv", "Africa/Cairo", "Asia/Beirut", "Asia/Jerusalem",
        "Europe/Istanbul", "Indian/Mayotte", "Indian/Antananarivo", "Asia/Dubai", "Indian/Reunion", "Indian/Mauritius",
        "Asia/Kolkata", "Asia/Bangkok", "Asia/Shanghai", "Asia/Tokyo", "Australia/Sydney", "Pacific/Noumea",
        "Pacific/Auckland", "UTC",
    ]

    /// Returns the options of the field.
    ///
    /// - Parameter current: the zone that the form has; it is offered whatever it is.
    static func choices(with current: String) -> [Field.Choice] {
        let isKnown = current.isEmpty || offered.contains(current)
        return ((isKnown ? [] : [current]) + offered.filter { ZonedTime.rules($0) != nil }).map {
            Field.Choice(value: $0, label: ZonedTime.shownName(of: $0).replacing("_", with: " "))
        }
    }
}
