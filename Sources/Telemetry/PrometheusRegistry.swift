// SPDX-License-Identifier: Apache-2.0

public import CoreMetrics
internal import Synchronization

// Code that measures something uses swift-metrics: it makes a `Counter`, a `Gauge` or a `Timer` and does not depend on
// this file. This registry keeps the values in memory and writes them in the text format of Prometheus.
//
// Spec: Prometheus text exposition format 0.0.4.

/// Keeps every metric of a server and writes them as text.
///
/// Two requests for the same label and dimensions get the same metric. A metric lives as long as the registry:
/// `destroy` does nothing, because every metric is needed until the process ends.
public final class PrometheusRegistry: MetricsFactory {
    private struct Family {
        var kind: MetricKind
        /// The series by their formatted labels: `{face="pages"}`.
        var series: [String: any MetricSeries] = [:]
    }

    /// The upper bounds of a timer's buckets, in seconds.
    public static let buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
    /// The media type of ``text``.
    public static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

    private let help: [String: String]
    // This is a mutex, not an actor, because metrics are made in initialisers, which cannot wait.
    private let families = Mutex<[String: Family]>([:])

    /// Makes an empty registry.
    ///
    /// - Parameter help: one sentence about each metric, by metric name.
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

    /// The counters of one metric, by the value of one label. Series with other labels are omitted.
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

    /// The existing series or a new one. When the name already belongs to a metric of another kind, the new series is
    /// not registered and never printed.
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

    /// Makes a counter, a number that only grows.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions, .counter) { CounterSeries() }
    }

    /// Makes a gauge, a number that can go up and down.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions, .gauge) { GaugeSeries() }
    }

    /// Makes a gauge, or a histogram when `aggregate` is true.
    public func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        guard aggregate else { return series(label, dimensions, .gauge) { GaugeSeries() } }
        return series(label, dimensions, .histogram) { HistogramSeries(bounds: Self.buckets) }
    }

    /// Makes a histogram of durations in seconds.
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

    /// The metric name with every character that the format does not allow replaced by `_`.
    private static func name(_ label: String) -> String {
        String(label.map { $0.isASCII && ($0.isLetter || $0.isNumber) || $0 == "_" || $0 == ":" ? $0 : "_" })
    }

    /// Formats labels as `{a="1",b="2"}`, sorted by name; empty when there are no labels.
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
