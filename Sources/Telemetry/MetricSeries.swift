// SPDX-License-Identifier: Apache-2.0

internal import CoreMetrics
internal import Synchronization

/// The kinds of metrics in the Prometheus format.
enum MetricKind: String {
    case counter, gauge, histogram
}

/// The values of one metric with one set of labels.
protocol MetricSeries: AnyObject, Sendable {
    /// The lines of the text format.
    ///
    /// - Parameter labels: the formatted labels, with their braces.
    func lines(_ name: String, _ labels: String) -> [String]
}

/// A number that only grows; it wraps around after the largest value.
final class CounterSeries: MetricSeries, CounterHandler {
    private let count = Atomic<Int64>(0)

    var value: Int64 { count.load(ordering: .relaxed) }

    func increment(by amount: Int64) { count.wrappingAdd(amount, ordering: .relaxed) }

    func reset() { count.store(0, ordering: .relaxed) }

    func lines(_ name: String, _ labels: String) -> [String] { ["\(name)\(labels) \(value)"] }
}

/// A number that can go up and down.
final class GaugeSeries: MetricSeries, RecorderHandler, MeterHandler {
    private let current = Mutex(0.0)

    func record(_ value: Int64) { set(Double(value)) }
    func record(_ value: Double) { set(value) }
    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { current.withLock { $0 = value } }
    func increment(by amount: Double) { current.withLock { $0 += amount } }
    func decrement(by amount: Double) { current.withLock { $0 -= amount } }

    func lines(_ name: String, _ labels: String) -> [String] {
        ["\(name)\(labels) \(current.withLock { $0 }.metricText)"]
    }
}

/// A histogram: the number of values up to each bound, and their sum.
final class HistogramSeries: MetricSeries, RecorderHandler, TimerHandler {
    private struct State {
        /// The number of values in each bucket; the last bucket is for values above all bounds.
        var counts: [Int]
        var sum = 0.0
    }

    private let bounds: [Double]
    private let state: Mutex<State>

    /// - Parameter bounds: the upper bounds of the buckets, smallest first.
    init(bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(State(counts: [Int](repeating: 0, count: bounds.count + 1)))
    }

    func record(_ value: Int64) { record(Double(value)) }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

    func record(_ value: Double) {
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock { state in
            state.counts[bucket] += 1
            state.sum += value
        }
    }

    func lines(_ name: String, _ labels: String) -> [String] {
        let state = state.withLock { $0 }
        var lines: [String] = []
        var total = 0
        for (bound, count) in zip(bounds + [.infinity], state.counts) {
            total += count
            let limit = "le=\"\(bound.metricText)\""
            let all = labels.isEmpty ? "{\(limit)}" : "\(labels.dropLast()),\(limit)}"
            lines.append("\(name)_bucket\(all) \(total)")
        }
        return lines + ["\(name)_sum\(labels) \(state.sum.metricText)", "\(name)_count\(labels) \(total)"]
    }
}

extension Double {
    /// The number in the text format; whole numbers have no decimal point.
    fileprivate var metricText: String {
        if isNaN { return "NaN" }
        if isInfinite { return self < 0 ? "-Inf" : "+Inf" }
        return self == rounded() && abs(self) < 1e15 ? String(Int64(self)) : String(self)
    }
}
