// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import Troquet

extension Stories {
    /// Lets the real program run out of what it may open.
    @Suite("Few file descriptors", .enabled(if: ChildNode.binary != nil), .timeLimit(.minutes(30)))
    struct DescriptorStory {
        @Test(
            "silent connections that fill a small limit end nothing: others are answered, and all are again later"
        )
        func filled() async throws {
            let node = try await TestNode.make(NodePlan())
            let place = try #require(ListenAddress(node.listen))
            // This process holds the other ends of the connections.
            DescriptorPlan.raiseLimit()
            let limit = DescriptorPlan.current.minimum
            let child = try await ChildNode.start(node, limits: "ulimit -n \(limit)")
            // Twice as many as the process has descriptors; they belong to one network.
            let flood = try await hold(limit * 2, place, from: "127.0.0.77")
            #expect(try await livez(node, from: "127.0.0.78") == 200)
            // The next ones take what is left for others.
            let more = try await hold(limit, place, from: "127.0.0.79")
            // libdispatch looks at its threads every second while there is work, and needs a descriptor for it.
            for _ in 0..<30 {
                await withTaskGroup(of: Void.self) { group in
                    for number in 80..<90 {
                        group.addTask { _ = try? await page(node, from: "127.0.0.\(number)") }
                    }
                }
                try await Task.sleep(for: .milliseconds(100))
            }
            #expect(child.isRunning)
            await flood.close()
            await more.close()
            try await eventually("everybody is answered again") {
                guard (try? await livez(node, from: "127.0.0.77")) == 200 else { return false }
                return (try? await page(node, from: "127.0.0.79")) == 200
            }
            #expect(child.isRunning)
            child.kill()
            await node.remove()
        }

        @Test("below the minimum the program does not start, and says what to do")
        func tooFew() async throws {
            let node = try await TestNode.make(NodePlan())
            let process = ChildNode.prepare(node, limits: "ulimit -n 256")
            let words = Pipe()
            process.standardError = words
            let status: Int32 = try await withCheckedThrowingContinuation { continuation in
                process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
                do { try process.run() } catch { continuation.resume(throwing: error) }
            }
            #expect(status == 1)
            let text = String(decoding: words.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            #expect(text.contains("may open 256 files") && text.contains("ulimit -n 65536"))
            await node.remove()
        }

        @Test("a soft limit below the hard one is raised")
        func raised() async throws {
            let node = try await TestNode.make(NodePlan())
            let child = try await ChildNode.start(node, limits: "ulimit -S -n 256")
            child.kill()
            await node.remove()
        }

        private func hold(_ count: Int, _ place: ListenAddress, from source: String) async throws -> HeldConnections {
            try await HeldConnections.open(count, from: source, to: place.host, port: place.port)
        }

        private func livez(_ node: TestNode, from source: String) async throws -> Int {
            try await TestHTTPClient.send("GET", node.origin + "/livez", from: source).status
        }

        private func page(_ node: TestNode, from source: String) async throws -> Int {
            try await TestHTTPClient.send("GET", node.origin + "/about", from: source).status
        }
    }
}

@Suite("How file descriptors are shared out")
struct DescriptorPlanTests {
    @Test(
        "everything together stays below the limit, also when each request has a file open",
        arguments: [512, 600, 1_024, 4_096, 20_000, 65_536, 1_048_576])
    func sum(limit: Int) {
        for cores in [1, 2, 8] {
            let plan = DescriptorPlan(limit: limit, cores: cores)
            let kinds = [
                DescriptorPlan.Reserve.process, DescriptorPlan.Reserve.eachCore * cores,
                DescriptorPlan.Reserve.database, DescriptorPlan.Reserve.names, DescriptorPlan.Reserve.files,
                DescriptorPlan.Reserve.spare, plan.outgoing, 2 * plan.incoming,
            ]
            #expect(kinds.reduce(0, +) <= limit)
            #expect(plan.incoming >= 64 && plan.incoming <= 8_192)
        }
    }

    @Test("the smallest limit is named in the sentence that refuses the start", arguments: [1, 2, 64])
    func minimum(cores: Int) {
        let minimum = DescriptorPlan(limit: 0, cores: cores).minimum
        let smallest = DescriptorPlan(limit: minimum, cores: cores)
        #expect(throws: Never.self) { try smallest.requireMinimum() }
        #expect(smallest.incoming >= 64)
        let error = #expect(throws: ConfigurationError.self) {
            try DescriptorPlan(limit: minimum - 1, cores: cores).requireMinimum()
        }
        #expect(error?.description.contains("at least \(minimum)") == true)
    }
}
