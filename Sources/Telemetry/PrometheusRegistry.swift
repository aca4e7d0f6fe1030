// SPDX-License-Identifier: Apache-2.0

public import CoreMetrics
internal import Synchronization

// swift-metrics is the door: whoever counts makes a `Counter`, a `Gauge` or a `Timer` and knows nothing of this file.
// Here they become numbers in memory, and the numbers the text that Prometheus and its kin read.
//
// Spec: Prometheus text exposition format 0.0.4.

/// Keeps every metric of a node and writes them out.
///
/// Asked twice for one label with the same dimensions, it gives the same metric. A metric lives as long as the registry:
/// `destroy` does nothing, since all that is counted here is counted for as long as the process runs.
public final class PrometheusRegistry: MetricsFactory {
    private struct Family {
        var kind: MetricKind
        /// By their labels as they are written: `{face="pages"}`.
        var series: [String: any MetricSeries] = [:]
    }

    /// The upper bounds of a timer's buckets, in seconds.
    public static let buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
    /// The media type of ``text``.
    public static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

    private let help: [String: String]
    // A mutex rather than an actor: metrics are made in initialisers, which cannot wait.
    private let families = Mutex<[String: Family]>([:])

    /// - Parameter help: what the metrics are, in one sentence each, by their names.
    public init(help: [String: String] = [:]) {
        self.help = help
    }

    /// All metrics in the text format, sorted by name and label.
    public var text: String {
        var lines: [String] = []
        for (name, family) in families.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
            lines.append("# HELP \(name) \(Self.escaped(help[name] ?? name, quotes: false))")
            lines.append("# TYPE \(name) \(family.kind.rawValue)")
            for (labels, series) in family.series.sorted(by: { $0.key < $1.key }) {
                lines += series.lines(name, labels)
            }
        }
        return lines.map { $0 + "\n" }.joined()
    }

    /// The counters of one name by the value of one label; those with other labels are left out.
    func counts(of name: String, by label: String) -> [String: Int] {
        let series = families.withLock { $0[name]?.series ?? [:] }
        var counts: [String: Int] = [:]
        let (start, end) = ("{\(label)=\"", "\"}")
        for (labels, series) in series where labels.hasPrefix(start) && labels.hasSuffix(end) {
            guard let counter = series as? CounterSeries else { continue }
            counts[String(labels.dropFirst(start.count).dropLast(end.count))] = Int(counter.value)
        }
        return counts
    }

    /// The known series, or a new one. A name that already stands for another kind gets one that is written nowhere.
    private func series<Series: MetricSeries>(
        _ label: String, _ dimensions: [(String, String)], _ kind: MetricKind, make: () -> Series
    ) -> Series {
        let name = Self.name(label)
        let labels = Self.labels(dimensions)
        return families.withLock { families in
            var family = families[name] ?? Family(kind: kind)
            if let known = family.series[labels] as? Series { return known }
            let new = make()
            guard family.kind == kind else { return new }
            family.series[labels] = new
            families[name] = family
            return new
        }
    }

    // MARK: - MetricsFactory

    /// A number that only grows.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions, .counter) { CounterSeries() }
    }

    /// A number that goes up and down.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions, .gauge) { GaugeSeries() }
    }

    /// A number that goes up and down, or how values are distributed over the buckets.
    public func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        guard aggregate else { return series(label, dimensions, .gauge) { GaugeSeries() } }
        return series(label, dimensions, .histogram) { HistogramSeries(bounds: Self.buckets) }
    }

    /// How durations are distributed over the buckets, in seconds.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions, .histogram) { HistogramSeries(bounds: Self.buckets) }
    }

    /// Does nothing.
    public func destroyCounter(_ handler: any CounterHandler) {}
    /// Does nothing.
    public func destroyMeter(_ handler: any MeterHandler) {}
    /// Does nothing.
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    /// Does nothing.
    public func destroyTimer(_ handler: any TimerHandler) {}

    // MARK: - Text

    /// A name as the format allows it.
    private static func name(_ label: String) -> String {
        String(label.map { $0.isASCII && ($0.isLetter || $0.isNumber) || $0 == "_" || $0 == ":" ? $0 : "_" })
    }

    /// `{a="1",b="2"}`, in the order of the names; empty without any.
    private static func labels(_ dimensions: [(String, String)]) -> String {
        guard !dimensions.isEmpty else { return "" }
        let pairs = dimensions.sorted { $0.0 < $1.0 }.map { "\(name($0.0))=\"\(escaped($0.1, quotes: true))\"" }
        return "{\(pairs.joined(separator: ","))}"
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        let escaped = text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
        return quotes ? escaped.replacing("\"", with: "\\\"") : escaped
    }
}
