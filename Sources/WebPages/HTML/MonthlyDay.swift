// SPDX-License-Identifier: Apache-2.0

internal import Calendar
internal import Model

/// A weekday of the month, such as the first Thursday or the last Sunday, at a local time.
struct MonthlyDay: Sendable {
    private let fields: LocalFields
    private let zone: String

    /// The weekday of the month of an instant. A fifth weekday counts as the last one, because not every month has five.
    init(of instant: Timestamp, in zone: String) {
        fields = ZonedTime.fields(instant, in: zone)
        self.zone = zone
    }

    /// The same weekday, this number of months later.
    ///
    /// - Returns: nil when the time zone is unknown.
    func start(after months: Int) -> Timestamp? {
        let month = fields.month - 1 + months
        let (year, number) = (fields.year + month / 12, month % 12 + 1)
        guard let first = instant(year, number, day: 1) else { return nil }
        let shift = (fields.weekday - ZonedTime.fields(first, in: zone).weekday + 7) % 7
        let week = (fields.day - 1) / 7
        let start = instant(year, number, day: 1 + shift + week * 7)
        return start ?? instant(year, number, day: 1 + shift + 21)
    }

    private func instant(_ year: Int, _ month: Int, day: Int) -> Timestamp? {
        let numbers = [month, day, fields.hour, fields.minute].map { $0 < 10 ? "0\($0)" : "\($0)" }
        return ZonedTime.parse("\(year)-\(numbers[0])-\(numbers[1])T\(numbers[2]):\(numbers[3])", in: zone)
    }
}
