// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model
import Storage
import TestSupport
import Testing

@testable import Troquet

extension Stories {
    /// The metrics at the second listener of a node.
    @Suite("Metrics")
    struct MetricsStory {
        private static let engines = TestEngine.available

        @Test("requests are counted by face and class of status, and timed", arguments: engines)
        func requests(_ engine: TestEngine) async throws {
            try await withMetrics(engine) { node, metrics in
                _ = try await node.member("paul")
                let before = try await metrics()
                for _ in 0..<3 { #expect(try await node.get("/users/paul").status == 200) }
                #expect(try await node.get("/users/nobody").status == 404)
                #expect(try await node.get("/", "text/html").status == 200)
                #expect(try await node.get("/api/v1/instance", nil).status == 200)
                #expect(try await node.get("/api/v1/timelines/home", nil).status == 401)
                let after = try await metrics()
                for (face, status, count) in [
                    ("documents", "2xx", 3), ("documents", "4xx", 1), ("documents", "5xx", 0), ("pages", "2xx", 1),
                    ("clients", "2xx", 1), ("clients", "4xx", 1),
                ] {
                    let name = "troquet_http_requests_total{face=\"\(face)\",status=\"\(status)\"}"
                    #expect(try after.value(name) - before.value(name) == Double(count), "\(name)")
                }
                for (face, count) in [("documents", 4), ("pages", 1), ("clients", 2)] {
                    let timer = "troquet_http_request_duration_seconds"
                    let labels = "{face=\"\(face)\"}"
                    let counted = try after.value("\(timer)_count\(labels)")
                    #expect(try counted - before.value("\(timer)_count\(labels)") == Double(count))
                    #expect(try after.value("\(timer)_sum\(labels)") > 0)
                    #expect(try after.value("\(timer)_bucket{face=\"\(face)\",le=\"+Inf\"}") == counted)
                }
            }
        }

        @Test("what waits in the queues is told with its age, and not counted anew for each reader", arguments: engines)
        func queues(_ engine: TestEngine) async throws {
            let clock = MovableClock()
            try await withMetrics(engine, clock: clock, roles: [.web]) { node, metrics in
                let start = clock.now
                try await node.write { tx in
                    for number in 1...3 {
                        let mail = QueuedMail(id: ID(Int64(number)), recipient: "a@b.example", subject: "s", body: "b")
                        try MailQueue.enqueue(mail, at: start, in: tx)
                    }
                }
                clock.advance(.minutes(10))
                let page = try await metrics()
                #expect(try page.value("troquet_queue_depth{queue=\"mail\"}") == 3)
                #expect(try 600...1_800 ~= page.value("troquet_queue_oldest_seconds{queue=\"mail\"}"))
                for queue in ["inbox", "outbox", "push", "media", "scheduled"] {
                    #expect(try page.value("troquet_queue_depth{queue=\"\(queue)\"}") == 0)
                    #expect(try page.value("troquet_queue_oldest_seconds{queue=\"\(queue)\"}") == 0)
                }
                for name in ["inbox_backlog", "inbox_oldest_seconds", "delivery_backlog", "delivery_oldest_seconds"] {
                    #expect(try page.value("troquet_\(name)") == 0)
                }
                let counted = try await metrics().value("troquet_database_statements")
                #expect(counted > 0 && counted == counted.rounded())
                // A heartbeat may run a statement between two readings.
                try await eventually("a reading runs no statement") {
                    let before = try await metrics().value("troquet_database_statements")
                    return try await metrics().value("troquet_database_statements") == before
                }
            }
        }

        @Test("every metric has its kind and one sentence, and every line can be read", arguments: engines)
        func format(_ engine: TestEngine) async throws {
            try await withMetrics(engine) { node, metrics in
                _ = try await node.post("hello", as: try await node.member("ada"))
                #expect(try await node.get("/users/ada").status == 200)
                let page = try await metrics()
                #expect(page.contentType == "text/plain; version=0.0.4; charset=utf-8")
                #expect(Set(page.kinds.keys) == Set(page.help.keys))
                #expect(page.kinds["troquet_http_requests_total"] == "counter")
                #expect(page.kinds["troquet_database_wait_seconds"] == "histogram")
                #expect(page.kinds["troquet_queue_depth"] == "gauge")
                #expect(try page.value("troquet_database_wait_seconds_count") > 0)
                for (name, text) in page.help { #expect(text != name && text.hasSuffix("."), "\(name)") }
                #expect(page.kinds.keys.allSatisfy { $0.hasPrefix("troquet_") })
            }
        }

        /// Runs a node with a second listener, with a function that reads the metrics from it.
        private func withMetrics(
            _ engine: TestEngine, clock: any Model.Clock = SystemClock(),
            roles: Set<Serve.Role> = Set(Serve.Role.allCases),
            _ body: (TestNode, () async throws -> MetricsPage) async throws -> Void
        ) async throws {
            let address = "127.0.0.2"
            let listen = "\(address):\(try await TestNode.freePort(at: address))"
            let plan = NodePlan(
                engine: engine, address: address, roles: roles, clock: clock, settings: ["metrics_listen=\(listen)"])
            try await withNodes([plan]) { nodes in
                try await body(nodes[0]) {
                    let answer = try await awaited("the listener of /metrics") {
                        try? await TestHTTPClient.send("GET", "http://\(listen)/metrics", headers: [])
                    }
                    #expect(answer.status == 200)
                    return try MetricsPage(answer)
                }
            }
        }
    }
}

/// A strict parser of Prometheus' text format.
private struct MetricsPage {
    let contentType: String?
    private(set) var help: [String: String] = [:]
    private(set) var kinds: [String: String] = [:]
    private var values: [String: Double] = [:]

    init(_ answer: TestResponse) throws {
        contentType = answer.header("Content-Type")
        #expect(answer.text.hasSuffix("\n"))
        for line in answer.text.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 3).map(String.init)
            if line.hasPrefix("# HELP ") {
                help[words[2]] = words.last
            } else if line.hasPrefix("# TYPE ") {
                kinds[words[2]] = words.last
            } else {
                let space = try #require(line.lastIndex(of: " "))
                let name = String(line[..<space])
                let number = try #require(Double(line[line.index(after: space)...]), "\(line)")
                #expect(values.updateValue(number, forKey: name) == nil, "\(name) is there twice")
                let family = name.prefix { $0 != "{" }
                let isKnown = ["", "_bucket", "_sum", "_count"].contains { suffix in
                    family.hasSuffix(suffix) && kinds[String(family.dropLast(suffix.count))] != nil
                }
                #expect(isKnown, "\(name) comes before its TYPE")
            }
        }
    }

    func value(_ name: String) throws -> Double {
        try #require(values[name], "there is no \(name)")
    }
}
