// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import NIOCore
internal import NIOPosix
internal import Vocabulary

/// The phases, one after the other, and what they add to the report.
struct Benchmark: Sendable {
    let node: Node
    let bare: Process
    let folder: String
    let amounts: Amounts
    let client: LoadClient
    let bareClient: LoadClient
    let group: MultiThreadedEventLoopGroup

    func run(quick: Bool) async throws -> Report {
        var report = Report(engine: node.database.engine.rawValue, isQuick: quick)
        try await Task.sleep(for: amounts.rest)
        report.add(Figure("memory idle", try node.process.residentMiB, "MiB", goal: .valueAtMost(60)))
        printProgress("limits of this machine")
        let limits = try await Limits.measure(folder: folder, seconds: amounts.limitSeconds)
        report.add(Figure("RSA-2048 signatures per core", limits.signatures, "/s"))
        report.add(Figure("RSA-2048 verifications per core", limits.verifications, "/s"))
        report.add(Figure("fsyncs of this disk", limits.syncs, "/s"))
        try await inbox(limits, &report)
        try await fanOut(limits, &report)
        try await analyze()
        try await reads(&report)
        try await clients(&report)
        try await Task.sleep(for: amounts.rest)
        report.add(Figure("memory at its peak", try node.process.peakMiB, "MiB"))
        report.add(Figure("memory after the run", try node.process.residentMiB, "MiB", goal: .valueAtMost(100)))
        return report
    }

    private func inbox(_ limits: Limits, _ report: inout Report) async throws {
        printProgress("inbox: \(amounts.activities) signed activities")
        let addresses = (2...5).map { "127.0.0.\($0)" }
        let peers = try await Peers.listen(on: addresses, group: group)
        let writers = try zip(["ada", "bao", "chloe", "dov"], addresses).map { name, address in
            try RemoteWriter(name: name, authority: "\(address):\(peers.port)", in: peers.world)
        }
        let result = try await InboxPhase(node: node, client: client, writers: writers).run(count: amounts.activities)
        await peers.close()
        report.add(
            Figure(
                "inbox activities accepted", result.accepted, "/s", limit: (limits.syncs, "fsyncs/s"),
                goal: .valueAtLeast(2000)))
        report.add(
            Figure(
                "inbox activities applied", result.applied, "/s", limit: (limits.syncs, "fsyncs/s"),
                goal: .valueAtLeast(1000)))
        report.add(Figure("inbox answer, p99", result.p99, "ms"))
        report.add(
            Figure(
                "CPU per activity, accepted and applied", result.cpuMilliseconds, "ms",
                limit: (1000 / limits.verifications, "ms per verification")))
    }

    private func fanOut(_ limits: Limits, _ report: inout Report) async throws {
        printProgress("fan-out: \(amounts.posts) posts to \(amounts.followers) hosts")
        let addresses = (1...amounts.followers).map { "127.0.1.\($0)" }
        let peers = try await Peers.listen(on: addresses, group: group)
        let hosts = addresses.map { "\($0):\(peers.port)" }
        let result = try await FanOutPhase(node: node, peers: peers, hosts: hosts).run(posts: amounts.posts)
        await peers.close()
        report.add(
            Figure(
                "deliveries to \(amounts.followers) hosts (\(result.deliveries))", result.rate, "/s",
                limit: (limits.signatures * Double(Machine.cores), "signatures/s on all cores")))
        report.add(
            Figure(
                "CPU per delivery", result.cpuSeconds * 1000, "ms",
                limit: (1000 / limits.signatures, "ms per signature"),
                goal: .ratioAtMost(1.3)))
    }

    private func reads(_ report: inout Report) async throws {
        let before = try await bareRoute()
        var results: [(String, ReadPhase.Result)] = []
        for (name, target, accept) in addresses {
            printProgress("GET of \(name): \(target)")
            let phase = ReadPhase(
                name: name, client: client, process: node.process, request: node.request(target, accept: accept))
            results.append((name, try await phase.run(amounts.reading)))
        }
        let limit = ReadPhase.Result.mean(before, try await bareRoute())
        report.add(Figure("GET of a bare route", limit.rate, "/s"))
        for (name, result) in results {
            let isDocument = name == "actor" || name == "WebFinger"
            report.add(
                Figure(
                    "GET of \(name)", result.rate, "/s", limit: (limit.rate, "bare route"),
                    goal: isDocument ? .ratioAtLeast(0.8) : nil))
            report.add(Figure("   p50", result.p50, "ms", limit: (limit.p50, "bare route")))
            report.add(Figure("   p99", result.p99, "ms", limit: (limit.p99, "bare route")))
            report.add(Figure("   CPU", result.cpuMicroseconds, "µs", limit: (limit.cpuMicroseconds, "bare route")))
        }
    }

    /// What PostgreSQL knows of its tables decides its plans; a node of some years has it from autovacuum.
    private func analyze() async throws {
        _ = try await node.database.write { tx in try tx.run("ANALYZE") }
    }

    /// Client apps, on a small and on a large database: the home timeline should not notice.
    private func clients(_ report: inout Report) async throws {
        let population = Population(node: node, accounts: 5_000, followed: 1_000)
        printProgress("client API: 1,000 follows, \(amounts.population.small) posts")
        try await population.settle()
        try await population.write(1...amounts.population.small)
        try await analyze()
        var phase = ClientPhase(
            node: node, client: client, status: Population.answered(below: amounts.population.small),
            duration: amounts.reading)
        let young = try await phase.home()
        printProgress("client API: \(amounts.population.large) posts")
        try await population.write(amounts.population.small + 1...amounts.population.large)
        try await analyze()
        phase.status = Population.answered(below: amounts.population.large)
        let results = try await phase.run()
        report.add(Figure("home timeline at \(amounts.population.small) posts", young.read.rate, "/s"))
        for result in results {
            let isHome = result.name == young.name
            report.add(
                Figure(
                    "\(result.name) at \(amounts.population.large) posts", result.read.rate, "/s",
                    limit: isHome ? (young.read.rate, "at \(amounts.population.small) posts") : nil,
                    goal: isHome ? .ratioAtLeast(0.8) : nil))
            report.add(Figure("   p50", result.read.p50, "ms"))
            report.add(Figure("   p99", result.read.p99, "ms"))
            report.add(Figure("   statements a request", result.statements, ""))
        }
        try await streams(phase, &report)
    }

    private func streams(_ phase: ClientPhase, _ report: inout Report) async throws {
        printProgress("\(amounts.streams) open streams")
        let result = try await StreamPhase(
            node: node, connections: amounts.streams, group: group, post: { try await phase.post() }
        ).run()
        report.add(Figure("memory of \(amounts.streams) open streams", result.memoryMiB, "MiB"))
        report.add(Figure("   until all are told of a post", result.toldMilliseconds, "ms"))
    }

    private var addresses: [(name: String, target: String, accept: String)] {
        let handle = "\(node.member)@\(node.origin.authority)"
        return [
            ("actor", "/users/\(node.member)", "application/activity+json"),
            ("WebFinger", "/.well-known/webfinger?resource=acct:\(handle)", "application/jrd+json"),
            ("group page", "/groups/\(node.group)", "text/html"),
            ("agenda page", "/events", "text/html"),
        ]
    }

    /// Measured before and after the node's own routes, because the machine is not the same twice.
    private func bareRoute() async throws -> ReadPhase.Result {
        printProgress("GET of a bare route")
        let request = node.request("/bare", accept: "application/activity+json")
        return try await ReadPhase(name: "bare route", client: bareClient, process: bare, request: request)
            .run(amounts.reading)
    }

    private func printProgress(_ phase: String) { Terminal.complain("… \(phase)") }
}
