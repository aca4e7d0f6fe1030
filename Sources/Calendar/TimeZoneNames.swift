// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// Finds the IANA name for a zone that is spelled in another way: in other letters, as an offset, or with the name that
/// Windows uses.
public enum TimeZoneNames {
    /// The IANA name of a zone that this machine knows.
    ///
    /// - Parameter text: untrusted text, such as `europe/berlin`, `UTC+2` or `W. Europe Standard Time`.
    /// - Returns: nil when the text names no known zone.
    public static func resolve(_ text: String) -> String? {
        let name = String(text.drop { $0 == " " }.prefix(100)).trimmingEnd
        guard !name.isEmpty else { return nil }
        if TimeZoneRules.named(name) != nil { return name }
        if let seconds = offset(in: name) { return fixed(seconds) }
        if let zone = windows[name.lowercased()] ?? spoken[name.lowercased()] { return known(zone) }
        return inFolder(name.replacing(" ", with: "_"))
    }

    /// The name of the zone that always has this offset.
    ///
    /// - Parameter seconds: the offset in seconds east of UTC.
    /// - Returns: nil when there is no such zone.
    public static func fixed(_ seconds: Int) -> String? {
        if seconds == 0 { return "UTC" }
        // The signs in these names are those of POSIX: east of UTC is negative.
        if seconds % 3600 == 0, (-12...14).contains(seconds / 3600) {
            let hours = -(seconds / 3600)
            return known("Etc/GMT\(hours < 0 ? "-" : "+")\(abs(hours))")
        }
        return partHours[seconds / 60].flatMap(known)
    }

    /// The offset that a zone of ``fixed(_:)`` with whole hours stands for, such as `UTC+2`; nil for any other zone.
    public static func offsetName(of identifier: String) -> String? {
        guard identifier.hasPrefix("Etc/GMT"), let hours = Int(identifier.dropFirst(7)), hours != 0 else { return nil }
        return "UTC\(hours < 0 ? "+" : "−")\(abs(hours))"
    }

    private static func known(_ identifier: String) -> String? {
        TimeZoneRules.named(identifier) == nil ? nil : identifier
    }

    // MARK: - Offsets

    /// Reads `UTC+2`, `GMT-03:30`, `+0530`; nil for other text.
    private static func offset(in text: String) -> Int? {
        var rest = text.uppercased()[...]
        for prefix in ["UTC", "GMT"] where rest.hasPrefix(prefix) { rest = rest.dropFirst(3) }
        rest = rest.drop { $0 == " " }
        if rest.isEmpty || rest == "Z" { return 0 }
        guard let sign = rest.popFirst(), sign == "+" || sign == "-" || sign == "−" else { return nil }
        let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
        let digits = parts.joined()
        guard parts.count <= 2, !digits.isEmpty, digits.utf8.allSatisfy({ $0 &- 0x30 < 10 }) else { return nil }
        let hours: Int?
        let minutes: Int?
        if parts.count == 2 {
            (hours, minutes) = (Int(parts[0]), Int(parts[1]))
        } else if digits.utf8.count > 2 {
            (hours, minutes) = (Int(digits.dropLast(2)), Int(digits.suffix(2)))
        } else {
            (hours, minutes) = (Int(digits), 0)
        }
        guard let hours, let minutes, hours <= 14, minutes < 60 else { return nil }
        return (hours * 60 + minutes) * 60 * (sign == "+" ? 1 : -1)
    }

    /// Zones without daylight-saving time for the offsets that are no whole hours, by minutes east of UTC.
    private static let partHours: [Int: String] = [
        -570: "Pacific/Marquesas", 210: "Asia/Tehran", 270: "Asia/Kabul", 330: "Asia/Kolkata", 345: "Asia/Kathmandu",
        390: "Asia/Yangon", 525: "Australia/Eucla", 570: "Australia/Darwin",
    ]

    // MARK: - Letters

    /// The name in the spelling of the time-zone database, whose names are found in other letters too.
    private static func inFolder(_ name: String) -> String? {
        guard TimeZoneRules.isName(name) else { return nil }
        var found: [String] = []
        for part in name.split(separator: "/") {
            let folder = ([TimeZoneRules.databasePath] + found).joined(separator: "/")
            let entries = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            let wanted = part.lowercased()
            guard let entry = entries.sorted().first(where: { $0.lowercased() == wanted }) else { return nil }
            found.append(entry)
        }
        return known(found.joined(separator: "/"))
    }

    // MARK: - Other names

    /// Abbreviations that name one zone in Europe, where they are written most.
    private static let spoken: [String: String] = [
        "cest": "Europe/Paris", "mez": "Europe/Berlin", "mesz": "Europe/Berlin", "bst": "Europe/London",
        "west": "Europe/Lisbon", "eest": "Europe/Helsinki",
    ]

    /// The names of Windows. Source: the zones of the Unicode CLDR (`windowsZones.xml`), territory 001.
    private static let windows: [String: String] = [
        "dateline standard time": "Etc/GMT+12", "utc-11": "Etc/GMT+11", "aleutian standard time": "America/Adak",
        "hawaiian standard time": "Pacific/Honolulu", "alaskan standard time": "America/Anchorage",
        "pacific standard time": "America/Los_Angeles", "pacific standard time (mexico)": "America/Tijuana",
        "us mountain standard time": "America/Phoenix", "mountain standard time": "America/Denver",
        "central standard time": "America/Chicago", "central standard time (mexico)": "America/Mexico_City",
        "central america standard time": "America/Guatemala", "canada central standard time": "America/Regina",
        "eastern standard time": "America/New_York", "eastern standard time (mexico)": "America/Cancun",
        "us eastern standard time": "America/Indiana/Indianapolis", "sa pacific standard time": "America/Bogota",
        "cuba standard time": "America/Havana", "haiti standard time": "America/Port-au-Prince",
        "venezuela standard time": "America/Caracas", "atlantic standard time": "America/Halifax",
        "paraguay standard time": "America/Asuncion", "sa western standard time": "America/La_Paz",
        "central brazilian standard time": "America/Cuiaba", "pacific sa standard time": "America/Santiago",
        "newfoundland standard time": "America/St_Johns", "e. south america standard time": "America/Sao_Paulo",
        "argentina standard time": "America/Argentina/Buenos_Aires", "sa eastern standard time": "America/Cayenne",
        "montevideo standard time": "America/Montevideo", "bahia standard time": "America/Bahia",
        "greenland standard time": "America/Nuuk", "azores standard time": "Atlantic/Azores",
        "cape verde standard time": "Atlantic/Cape_Verde", "gmt standard time": "Europe/London",
        "greenwich standard time": "Atlantic/Reykjavik", "morocco standard time": "Africa/Casablanca",
        "w. europe standard time": "Europe/Berlin", "romance standard time": "Europe/Paris",
        "central europe standard time": "Europe/Budapest", "central european standard time": "Europe/Warsaw",
        "w. central africa standard time": "Africa/Lagos", "namibia standard time": "Africa/Windhoek",
        "gtb standard time": "Europe/Bucharest", "e. europe standard time": "Europe/Chisinau",
        "fle standard time": "Europe/Kyiv", "kaliningrad standard time": "Europe/Kaliningrad",
        "middle east standard time": "Asia/Beirut", "egypt standard time": "Africa/Cairo",
        "syria standard time": "Asia/Damascus", "jordan standard time": "Asia/Amman",
        "west bank standard time": "Asia/Hebron", "israel standard time": "Asia/Jerusalem",
        "south africa standard time": "Africa/Johannesburg", "libya standard time": "Africa/Tripoli",
        "turkey standard time": "Europe/Istanbul", "arabic standard time": "Asia/Baghdad",
        "arab standard time": "Asia/Riyadh", "belarus standard time": "Europe/Minsk",
        "russian standard time": "Europe/Moscow", "e. africa standard time": "Africa/Nairobi",
        "volgograd standard time": "Europe/Volgograd", "iran standard time": "Asia/Tehran",
        "arabian standard time": "Asia/Dubai", "azerbaijan standard time": "Asia/Baku",
        "russia time zone 3": "Europe/Samara", "mauritius standard time": "Indian/Mauritius",
        "georgian standard time": "Asia/Tbilisi", "caucasus standard time": "Asia/Yerevan",
        "afghanistan standard time": "Asia/Kabul", "west asia standard time": "Asia/Tashkent",
        "ekaterinburg standard time": "Asia/Yekaterinburg", "pakistan standard time": "Asia/Karachi",
        "india standard time": "Asia/Kolkata", "sri lanka standard time": "Asia/Colombo",
        "nepal standard time": "Asia/Kathmandu", "central asia standard time": "Asia/Bishkek",
        "bangladesh standard time": "Asia/Dhaka", "omsk standard time": "Asia/Omsk",
        "myanmar standard time": "Asia/Yangon", "se asia standard time": "Asia/Bangkok",
        "n. central asia standard time": "Asia/Novosibirsk", "north asia standard time": "Asia/Krasnoyarsk",
        "china standard time": "Asia/Shanghai", "north asia east standard time": "Asia/Irkutsk",
        "singapore standard time": "Asia/Singapore", "w. australia standard time": "Australia/Perth",
        "taipei standard time": "Asia/Taipei", "ulaanbaatar standard time": "Asia/Ulaanbaatar",
        "tokyo standard time": "Asia/Tokyo", "korea standard time": "Asia/Seoul",
        "yakutsk standard time": "Asia/Yakutsk", "cen. australia standard time": "Australia/Adelaide",
        "aus central standard time": "Australia/Darwin", "e. australia standard time": "Australia/Brisbane",
        "aus eastern standard time": "Australia/Sydney", "west pacific standard time": "Pacific/Port_Moresby",
        "tasmania standard time": "Australia/Hobart", "vladivostok standard time": "Asia/Vladivostok",
        "central pacific standard time": "Pacific/Guadalcanal", "new zealand standard time": "Pacific/Auckland",
        "fiji standard time": "Pacific/Fiji", "tonga standard time": "Pacific/Tongatapu",
        "samoa standard time": "Pacific/Apia",
    ]
}

extension String {
    fileprivate var trimmingEnd: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
