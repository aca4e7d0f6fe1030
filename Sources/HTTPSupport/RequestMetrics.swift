// SPDX-License-Identifier: Apache-2.0

internal import CoreMetrics
internal import HTTPTypes

/// Counts requests by audience and class of status, and measures their duration.
struct RequestMetrics: Sendable {
    /// The audience of a response.
    enum Face: String, CaseIterable {
        /// Pages for people.
        case pages
        /// Documents for other servers and other programs.
        case documents
        /// The client API.
        case clients
    }

    private static let classes = 1...5

    // Created once, because creating a counter costs a look-up of its name and labels.
    private let counters: [Face: [Counter]]
    private let timers: [Face: Timer]

    init(_ factory: any MetricsFactory) {
        var counters: [Face: [Counter]] = [:]
        var timers: [Face: Timer] = [:]
        for face in Face.allCases {
            counters[face] = Self.classes.map { number in
                Counter(
                    label: "troquet_http_requests_total",
                    dimensions: [("face", face.rawValue), ("status", "\(number)xx")], factory: factory)
            }
            timers[face] = Timer(
                label: "troquet_http_request_duration_seconds", dimensions: [("face", face.rawValue)],
                factory: factory)
        }
        self.counters = counters
        self.timers = timers
    }

    /// Counts a response that is ready to be sent.
    func count(_ face: Face, _ status: HTTPResponse.Status, took duration: Duration) {
        let number = min(max(status.code / 100, Self.classes.lowerBound), Self.classes.upperBound)
        counters[face]?[number - Self.classes.lowerBound].increment()
        timers[face]?.recordNanoseconds(Int64(clamping: duration.attoseconds / 1_000_000_000))
    }
}
