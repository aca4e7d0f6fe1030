// SPDX-License-Identifier: Apache-2.0

internal import CoreMetrics
internal import Synchronization

/// Counters of events since the start of the process, by name. The metrics page and tests read them.
///
/// All counters belong to one metric, ``metric``, with the name as a label. Names are constants in the code, never text
/// from outside, so the table stays small.
public final class Counters: Sendable {
    /// The name of the metric on the metrics page.
    public static let metric = "troquet_events_total"

    private let registry: PrometheusRegistry
    // This is a mutex, not an actor, because every request counts something and must not wait for an actor.
    private let counters = Mutex<[String: Counter]>([:])

    /// Makes an empty set of counters.
    ///
    /// - Parameter registry: the registry that the metrics page prints.
    public init(_ registry: PrometheusRegistry = PrometheusRegistry()) {
        self.registry = registry
    }

    /// Increments the counter `name`, for example `inbox.refused.bad_signature`.
    public func count(_ name: String, by amount: Int = 1) {
        counter(name).increment(by: amount)
    }

    /// The value of the counter `name`; 0 when it was never incremented.
    public func value(_ name: String) -> Int {
        snapshot[name] ?? 0
    }

    /// The values of all counters by name.
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
