// SPDX-License-Identifier: Apache-2.0

import Telemetry
import Testing

@Suite("Counters")
struct CountersTests {
    @Test("eight tasks that count at once lose nothing")
    func concurrent() async {
        let counters = Counters()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<1_000 { counters.count("seen") }
                    counters.count("bytes", by: 10)
                }
            }
        }
        #expect(counters.value("seen") == 8_000)
        #expect(counters.snapshot == ["seen": 8_000, "bytes": 80])
        #expect(counters.value("never") == 0)
    }

    @Test("a counter that is full does not trap")
    func full() {
        let counters = Counters()
        counters.count("n", by: .max)
        counters.count("n")
        #expect(counters.value("n") == .min)
    }

    @Test("they stand on the metrics page as one metric with a label")
    func page() {
        let registry = PrometheusRegistry()
        let counters = Counters(registry)
        counters.count("inbox.accepted", by: 3)
        counters.count("inbox.refused.expired")
        let lines = registry.text.split(separator: "\n")
        #expect(lines.contains("troquet_events_total{name=\"inbox.accepted\"} 3"))
        #expect(lines.contains("troquet_events_total{name=\"inbox.refused.expired\"} 1"))
    }
}
