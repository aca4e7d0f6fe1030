// SPDX-License-Identifier: Apache-2.0

internal import Calendar
internal import Model

/// The hours in which no e-mail leaves that can wait: from eight in the evening to eight in the morning.
struct QuietHours: Sendable {
    /// The IANA name of the community's time zone.
    let zone: String

    private static let evening = 20
    private static let morning = 8

    /// The instant itself when it is in the day, else the next morning.
    func end(of instant: Timestamp) -> Timestamp {
        let local = ZonedTime.fields(instant, in: zone)
        guard local.hour >= Self.evening || local.hour < Self.morning else { return instant }
        // Half a day later it is the same day in the morning or the next one, whatever the clocks do that night.
        let day = local.hour < Self.morning ? local : ZonedTime.fields(instant + .hours(12), in: zone)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let text = "\(day.year)-\(two(day.month))-\(two(day.day))T\(two(Self.morning)):00"
        return ZonedTime.parse(text, in: zone) ?? instant
    }
}
