// SPDX-License-Identifier: Apache-2.0

import Database
import Foundation
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import Troquet

extension Stories {
    /// Kills the real program at critical moments.
    @Suite("Being killed", .enabled(if: ChildNode.binary != nil))
    struct CrashStory {
        private static let engines = TestEngine.available

        @Test(
            "a node killed after it committed a post and before it heard of its delivery delivers it once",
            arguments: engines)
        func beforeDelivery(_ engine: TestEngine) async throws {
            let recorder = Recorder()
            let clock = MovableClock()
            let a = try await TestNode.make(NodePlan(engine: engine))
            var plan = NodePlan(engine: engine, address: "127.0.0.3", clock: clock)
            plan.recorder = recorder
            try await withNodes([plan]) { nodes in
                let b = nodes[0]
                try await a.start()
                let scene = try await Scene(a, b)
                try await settle([a, b])
                await a.stop()

                // A command commits the post. The child process finds it, sends it and never receives the response.
                try await a.open()
                recorder.set(.mute)
                let post = try await a.post("Tout de suite", in: scene.group, as: scene.paul)
                let first = try await ChildNode.start(a)
                try await eventually("it was sent") { recorder.unanswered > 0 }
                first.kill()
                #expect(try await a.count("delivery") > 0)
                recorder.set(.faithful)

                // Its leases would last for two minutes. The next process takes them back at once.
                let second = try await ChildNode.start(a)
                try await eventually("it arrived") {
                    clock.advance(.seconds(5))
                    return try await b.post(post.iri) != nil
                }
                try await eventually("nothing waits any more") {
                    clock.advance(.seconds(5))
                    let isDone = try await a.isSettled()
                    return try await b.isSettled() && isDone
                }
                second.kill()
                #expect(try await b.count("post") == 1)
                #expect(try await b.count("boost") == 1)
                #expect(try await a.count("abandoned_delivery") == 0)
            }
            await a.remove()
        }

        @Test(
            "what a killed process had in hand another one takes over, and they never use the same id slot",
            .enabled(if: TestEngine.available.contains(.postgres)))
        func survivor() async throws {
            let recorder = Recorder()
            let a = try await TestNode.make(NodePlan(engine: .postgres))
            var plan = NodePlan(engine: .postgres, address: "127.0.0.3")
            plan.recorder = recorder
            try await withNodes([plan]) { nodes in
                let b = nodes[0]
                try await a.start()
                let scene = try await Scene(a, b)
                try await settle([a, b])
                await a.stop()
                try await a.open()
                let web = try await ChildNode.start(a, roles: "web")
                recorder.set(.mute)
                let post = try await a.post("Tout de suite", in: scene.group, as: scene.paul)
                let first = try await ChildNode.start(a, roles: "worker")
                try await eventually("it was sent") { recorder.unanswered > 0 }
                let second = try await ChildNode.start(a, roles: "worker")
                try await eventually("all have registered") {
                    try await a.count("process WHERE holder IS NOT NULL") == 4
                }
                first.kill()
                #expect(try await a.count("delivery") > 0)
                recorder.set(.faithful)
                try await eventually("it arrived") { try await b.post(post.iri) != nil }
                second.kill()
                web.kill()
            }
            await a.remove()
        }

        @Test("a node killed after its 202 and before it did what it was told does it once", arguments: engines)
        func beforeProcessing(_ engine: TestEngine) async throws {
            let peer = try await Peer.start()
            let a = try await TestNode.make(NodePlan(engine: engine))
            try await a.open()
            let paul = try await a.member("paul")
            let rosa = try #require(IRI(peer.iri))
            let first = try await ChildNode.start(a, roles: "web")
            let body = peer.activity("Follow", 1, object: paul.iri.string)
            let request = try peer.request(body, to: a.host)
            #expect(try await request.send().status == 202)
            first.kill()
            #expect(try await a.count("received WHERE state = 'waiting'") == 1)
            #expect(try await a.follow(by: rosa, of: paul.iri) == nil)

            let second = try await ChildNode.start(a)
            // The peer may not have received the response either.
            #expect(try await request.send().status == 202)
            try await eventually("the Accept came") { !peer.heard("Accept").isEmpty }
            try await settle([a])
            #expect(try await a.follow(by: rosa, of: paul.iri) == .accepted)
            #expect(try await a.received().map(\.outcome) == ["applied"])
            #expect(peer.heard("Accept").count == 1)
            second.kill()
            await a.remove()
            await peer.server.stop()
        }
    }
}

/// `troquet serve` in a process of its own.
struct ChildNode {
    private let process: Process

    /// The program: `TROQUET_BINARY`, or the one beside the test executable. Prints a note once when there is none.
    static let binary: String? = {
        let own = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        let beside = own.deletingLastPathComponent().appending(path: "troquet").path
        let path = ProcessInfo.processInfo.environment["TROQUET_BINARY"] ?? beside
        if FileManager.default.isExecutableFile(atPath: path) { return path }
        print("The program is not killed in these tests: build it, or set TROQUET_BINARY.")
        return nil
    }()

    /// Whether the process has not ended.
    var isRunning: Bool { process.isRunning }

    /// A process that serves with the settings of a node, and has not been started.
    ///
    /// - Parameter limits: how the shell sets the limits of the process before it starts.
    static func prepare(_ node: TestNode, roles: String = "web,worker,scheduler", limits: String = "") -> Process {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments =
            ["-c", "\(limits.isEmpty ? ":" : limits) && exec \"$0\" \"$@\"", binary ?? "", "serve", "--roles", roles]
            + node.settings.flatMap { ["--set", $0] }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        return process
    }

    /// Starts it with the settings of a node that does not serve in this process, and waits until it responds.
    static func start(
        _ node: TestNode, roles: String = "web,worker,scheduler", limits: String = ""
    ) async throws -> ChildNode {
        let process = prepare(node, roles: roles, limits: limits)
        try process.run()
        let child = ChildNode(process: process)
        do {
            try await eventually("the program serves") {
                guard process.isRunning else { throw NodeTestError("the program ended: \(process.terminationStatus)") }
                return (try? await node.get("/livez", nil).status) == 200
            }
        } catch {
            child.kill()
            throw error
        }
        return child
    }

    /// Kills the process with SIGKILL.
    func kill() {
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
