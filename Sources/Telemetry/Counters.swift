// SPDX-License-Identifier: Apache-2.0

internal import CoreMetrics
internal import Synchronization

/// Counts of what happened since the start, by name; read by the metrics page and by tests.
///
/// All of them are one metric, ``metric``, with the name as its label. Names are constants of ours, never text from
/// outside, so the table stays small.
public final class Counters: Sendable {
    /// What the counts are called on the metrics page.
    public static let metric = "troquet_events_total"

    private let registry: PrometheusRegistry
    // A mutex rather than an actor: every request counts something, and none should wait for a hop.
    private let counters = Mutex<[String: Counter]>([:])

    /// Nothing counted yet.
    ///
    /// - Parameter registry: where the metrics page reads them.
    public init(_ registry: PrometheusRegistry = PrometheusRegistry()) {
        self.registry = registry
    }

    /// One more of `name`, such as `inbox.refused.bad_signature`.
    public func count(_ name: String, by amount: Int = 1) {
        counter(name).increment(by: amount)
    }

    /// How many there were of `name`.
    public func value(_ name: String) -> Int {
        snapshot[name] ?? 0
    }

    /// All of them.
    public var snapshot: [String: Int] {
        registry.counts(of: Self.metric, by: "name")
    }

    private func counter(_ name: String) -> Counter {
        counters.withLock { counters in
            if let known = counters[name] { return known }
            let new = Counter(label: Self.metric, dimensions: [("name", name)], factory: registry)
            counters[name] = new
            return new
        }
    }
}
