// SPDX-License-Identifier: Apache-2.0

import CoreMetrics
import Telemetry
import Testing

@Suite("Metrics as text")
struct PrometheusRegistryTests {
    @Test("a counter, a gauge and a meter are written with their kind, and sorted")
    func numbers() {
        let registry = PrometheusRegistry(help: ["a_total": "What a is.", "b": "Two\nlines and a \\."])
        Gauge(label: "b", factory: registry).record(2.5)
        Counter(label: "a_total", dimensions: [("z", "1"), ("k", "x")], factory: registry).increment(by: 2)
        Counter(label: "a_total", dimensions: [("k", "y"), ("z", "1")], factory: registry).increment()
        let meter = Meter(label: "c", factory: registry)
        meter.set(7)
        meter.decrement(by: 9)
        #expect(
            registry.text == """
                # HELP a_total What a is.
                # TYPE a_total counter
                a_total{k="x",z="1"} 2
                a_total{k="y",z="1"} 1
                # HELP b Two\\nlines and a \\\\.
                # TYPE b gauge
                b 2.5
                # HELP c c
                # TYPE c gauge
                c -2

                """)
    }

    @Test("a timer is a histogram in seconds whose buckets hold all smaller ones")
    func histogram() {
        let registry = PrometheusRegistry()
        let timer = Timer(label: "t_seconds", dimensions: [("face", "pages")], factory: registry)
        for milliseconds in [1, 2, 3, 900, 60_000] { timer.recordMilliseconds(milliseconds) }
        let lines = registry.text.split(separator: "\n").map(String.init)
        #expect(lines[1] == "# TYPE t_seconds histogram")
        for (bound, count) in [("0.001", 1), ("0.0025", 2), ("0.005", 3), ("0.5", 3), ("1", 4), ("10", 4), ("+Inf", 5)]
        {
            #expect(lines.contains("t_seconds_bucket{face=\"pages\",le=\"\(bound)\"} \(count)"))
        }
        #expect(lines.contains("t_seconds_count{face=\"pages\"} 5"))
        #expect(lines.contains { $0.hasPrefix("t_seconds_sum{face=\"pages\"} 60.90") })
        #expect(lines.count == 2 + PrometheusRegistry.buckets.count + 1 + 2)
    }

    @Test("a recorder without labels is a histogram or a gauge, as it is asked for")
    func recorders() {
        let registry = PrometheusRegistry()
        Recorder(label: "sizes", factory: registry).record(3)
        Recorder(label: "last", aggregate: false, factory: registry).record(3)
        #expect(registry.text.contains("sizes_bucket{le=\"2.5\"} 0\nsizes_bucket{le=\"5\"} 1\n"))
        #expect(registry.text.contains("sizes_sum 3\nsizes_count 1\n"))
        #expect(registry.text.contains("# TYPE last gauge\nlast 3\n"))
    }

    @Test("who asks twice counts the same, also after the first was destroyed")
    func identity() {
        let registry = PrometheusRegistry()
        let first = Counter(label: "n", dimensions: [("a", "1"), ("b", "2")], factory: registry)
        first.increment()
        first.destroy()
        Counter(label: "n", dimensions: [("b", "2"), ("a", "1")], factory: registry).increment()
        #expect(registry.text.contains("n{a=\"1\",b=\"2\"} 2\n"))
    }

    @Test("a name that already stands for another kind does not spoil the page")
    func kinds() {
        let registry = PrometheusRegistry()
        Counter(label: "n", factory: registry).increment()
        Gauge(label: "n", factory: registry).record(9)
        #expect(registry.text == "# HELP n n\n# TYPE n counter\nn 1\n")
    }

    @Test("names and labels are written as the format allows")
    func spelling() {
        let registry = PrometheusRegistry()
        Counter(label: "hb.requests-all é", dimensions: [("a b", "x\"\\\n")], factory: registry).increment()
        #expect(registry.text.contains("hb_requests_all__{a_b=\"x\\\"\\\\\\n\"} 1\n"))
    }

    @Test(
        "numbers that are none are written as the format names them",
        arguments: [
            (Double.nan, "NaN"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (1e300, "1e+300"), (-0.5, "-0.5"),
        ])
    func oddNumbers(value: Double, text: String) {
        let registry = PrometheusRegistry()
        let meter = Meter(label: "n", factory: registry)
        meter.set(value)
        #expect(registry.text.hasSuffix("\nn \(text)\n"))
    }

    @Test("eight tasks that count at once lose nothing")
    func parallel() async {
        let registry = PrometheusRegistry()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<500 {
                        Counter(label: "n", factory: registry).increment()
                        Timer(label: "t", factory: registry).recordSeconds(1)
                    }
                }
            }
        }
        #expect(registry.text.contains("\nn 4000\n") && registry.text.contains("\nt_count 4000\n"))
    }
}
