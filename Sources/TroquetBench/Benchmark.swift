// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import NIOCore
internal import NIOPosix
internal import Vocabulary

/// Runs the selected phases one after the other and adds their figures to the report.
struct Benchmark: Sendable {
    let node: Node
    let bare: Process
    /// PostgreSQL; nil on SQLite.
    let server: ProcessFamily?
    let folder: String
    let amounts: Amounts
    let phases: Set<Phase>
    /// Whether `ANALYZE` is run before the tables are read.
    let analyzes: Bool
    let client: LoadClient
    let bareClient: LoadClient
    let group: MultiThreadedEventLoopGroup

    func run(quick: Bool) async throws -> Report {
        var report = Report(engine: node.database.engine.rawValue, isQuick: quick)
        try await Task.sleep(for: amounts.rest)
        report.add(Figure("memory idle", try node.process.residentMiB, "MiB", goal: .valueAtMost(60)))
        if !phases.isDisjoint(with: [.inbox, .deliveries]) { try await federation(&report) }
        try await analyze()
        if phases.contains(.documents) { try await documents(&report) }
        if phases.contains(.own) { try await own(&report) }
        if phases.contains(.writing) { try await writing(&report) }
        if phases.contains(.threads) { try await threads(&report) }
        if phases.contains(.population) { try await clients(&report) }
        if phases.contains(.streams) { try await streams(&report) }
        if phases.contains(.overload) { try await overload(&report) }
        if phases.contains(.signers) { try await signers(&report) }
        try await Task.sleep(for: amounts.rest)
        report.add(Figure("memory at its peak", try node.process.peakMiB, "MiB"))
        report.add(Figure("memory after the run", try node.process.residentMiB, "MiB", goal: .valueAtMost(100)))
        return report
    }

    private func federation(_ report: inout Report) async throws {
        printProgress("limits of this machine")
        let limits = try await Limits.measure(folder: folder, seconds: amounts.limitSeconds)
        report.add(Figure("RSA-2048 signatures per core", limits.signatures, "/s"))
        report.add(Figure("RSA-2048 verifications per core", limits.verifications, "/s"))
        report.add(Figure("fsyncs of this disk", limits.syncs, "/s"))
        if phases.contains(.inbox) { try await inbox(limits, &report) }
        if phases.contains(.deliveries) { try await fanOut(limits, &report) }
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

    // MARK: - Reading and writing

    /// Documents and pages that peers and browsers read without signing in.
    private func documents(_ report: inout Report) async throws {
        let handle = "\(node.member)@\(node.origin.authority)"
        let addresses = [
            ("actor", "/users/\(node.member)", "application/activity+json"),
            ("WebFinger", "/.well-known/webfinger?resource=acct:\(handle)", "application/jrd+json"),
            ("group page", "/groups/\(node.group)", "text/html"),
            ("agenda page", "/events", "text/html"),
        ]
        let before = try await bareRoute()
        var readings: [Reading] = []
        for (name, target, accept) in addresses {
            printProgress("GET of \(name): \(target)")
            readings.append(try await meter().measure("GET of \(name)", node.request(target, accept: accept)))
        }
        let limit = Reading.mean(before, try await bareRoute())
        report.add(Figure("GET of a bare route", limit.rate, "/s"))
        for (place, reading) in readings.enumerated() {
            report.add(reading, bare: limit, goal: place < 2 ? .ratioAtLeast(0.8) : nil)
        }
    }

    /// The reads of an app whose member has written 200 posts.
    private func own(_ report: inout Report) async throws {
        printProgress("200 own posts, \(OwnPostsPhase.connections) connections")
        let phase = OwnPostsPhase(node: node, client: client, meter: meter(OwnPostsPhase.connections))
        let status = try await phase.settle()
        try await analyze()
        let before = try await bareRoute(OwnPostsPhase.connections)
        let readings = try await phase.run(status)
        let limit = Reading.mean(before, try await bareRoute(OwnPostsPhase.connections))
        report.add(Figure("bare route, \(OwnPostsPhase.connections) connections", limit.rate, "/s"))
        for reading in readings {
            let isHome = reading.name == "home timeline"
            report.add(reading, bare: limit, goal: isHome ? .ratioAtLeast(0.15) : nil)
        }
    }

    /// Posts of one member. Each is sent after the response to the previous one.
    private func writing(_ report: inout Report) async throws {
        printProgress("posting, one writer")
        let limit = try await bareRoute(1)
        let reading = try await meter(1).measure("posting, one writer", node.post(ClientPhase.words))
        report.add(reading, bare: limit)
    }

    /// A small discussion and a large one.
    private func threads(_ report: inout Report) async throws {
        printProgress("discussions with \(amounts.answers.small) and \(amounts.answers.large) answers")
        try await population.settle()
        let phase = ThreadsPhase(node: node, meter: meter(OwnPostsPhase.connections), population: population)
        let limit = try await bareRoute(OwnPostsPhase.connections)
        let pairs = try await phase.run(answers: amounts.answers)
        for pair in pairs {
            report.add(pair.small, bare: limit)
            report.add(pair.large, bare: limit)
            let (small, large) = (Self.cpu(pair.small), Self.cpu(pair.large))
            guard let count = pair.statuses else {
                report.add(
                    Figure(
                        "   CPU, large and small discussion", large, "µs", limit: (small, "small discussion"),
                        goal: .ratioAtMost(2)))
                continue
            }
            report.add(
                Figure(
                    "   CPU per status (\(count.large) of them)", large / Double(count.large), "µs",
                    limit: (small / Double(count.small), "small discussion"), goal: .ratioAtMost(1)))
        }
    }

    private static func cpu(_ reading: Reading) -> Double {
        reading.nodeMicroseconds + (reading.serverMicroseconds ?? 0)
    }

    /// Client apps, on a small and on a large database: the home timeline should not notice.
    private func clients(_ report: inout Report) async throws {
        printProgress("client API: 1,000 follows, \(amounts.population.small) posts")
        try await population.settle()
        try await population.write(1...amounts.population.small)
        try await analyze()
        var phase = ClientPhase(
            node: node, meter: meter(), status: Population.answered(below: amounts.population.small))
        let before = try await bareRoute()
        let young = try await phase.home()
        printProgress("client API: \(amounts.population.large) posts")
        try await population.write(amounts.population.small + 1...amounts.population.large)
        try await analyze()
        phase.status = Population.answered(below: amounts.population.large)
        let readings = try await phase.run()
        let limit = Reading.mean(before, try await bareRoute())
        report.add(Figure("home timeline at \(amounts.population.small) posts", young.rate, "/s"))
        for var reading in readings {
            let isHome = reading.name == young.name
            reading.name += " at \(amounts.population.large) posts"
            report.add(reading, bare: limit, goal: isHome ? .ratioAtLeast(0.075) : nil)
            guard isHome else { continue }
            report.add(
                Figure(
                    "   compared with the small database", reading.rate, "/s",
                    limit: (young.rate, "at \(amounts.population.small) posts"), goal: .ratioAtLeast(0.8)))
        }
    }

    private func streams(_ report: inout Report) async throws {
        printProgress("\(amounts.streams) open streams")
        let (client, node) = (client, node)
        let result = try await StreamPhase(
            node: node, connections: amounts.streams, group: group,
            post: {
                let plan = LoadPlan(requests: [node.post("Qui vient samedi ?")], connections: 1)
                try await client.run(plan).check("posting", status: 200)
            }
        ).run()
        report.add(Figure("memory of \(amounts.streams) open streams", result.memoryMiB, "MiB"))
        report.add(Figure("   until all are told of a post", result.toldMilliseconds, "ms"))
    }

    private func overload(_ report: inout Report) async throws {
        printProgress("overload: pages, activities and pipelined requests")
        let addresses = (2...5).map { "127.0.0.\($0)" }
        let peers = try await Peers.listen(on: addresses, group: group)
        let writers = try (0..<12).map { number in
            try RemoteWriter(
                name: "writer\(number)", authority: "\(addresses[number % 4]):\(peers.port)", in: peers.world)
        }
        let result = try await OverloadPhase(
            node: node, client: client, quiet: LoadClient(loop: group.next(), port: node.origin.port),
            writers: writers, group: group, duration: amounts.reading
        ).run()
        await peers.close()
        report.add(Figure("pages that the node can serve", result.capacity, "/s"))
        report.add(Figure("pages asked for", result.offered, "/s", limit: (result.capacity, "can be served")))
        report.add(Figure("   served", result.served, "/s", limit: (result.capacity, "can be served")))
        report.add(Figure("   refused at once, 429 or 503", result.shed, "/s"))
        report.add(Figure("activities accepted meanwhile", result.accepted, "/s"))
        let rest = result.livenessAtRest
        report.add(Figure("health check at rest, p99", rest.percentile(0.99), "ms"))
        report.add(
            Figure("health check, p50", result.liveness.percentile(0.5), "ms", limit: (rest.percentile(0.5), "at rest"))
        )
        report.add(Figure("   p99", result.liveness.percentile(0.99), "ms", goal: .valueAtMost(50)))
        report.add(Figure("   longest", result.liveness.percentile(1), "ms"))
        let member = result.member
        let count = Double(max(1, member.latencies.count))
        report.add(Figure("a member's home timeline, p50", member.percentile(0.5), "ms"))
        report.add(Figure("   p99", member.percentile(0.99), "ms", goal: .valueAtMost(2_000)))
        report.add(
            Figure("   answered", Double(member.statuses[200] ?? 0) * 100 / count, "%", goal: .valueAtLeast(99)))
    }

    /// What thousands of signers leave in memory is seen in the figure for the memory after the run.
    private func signers(_ report: inout Report) async throws {
        printProgress("\(amounts.signers) signers")
        let result = try await SignersPhase(node: node, client: client, count: amounts.signers).run()
        report.add(Figure("activities of \(amounts.signers) signers, accepted", result.accepted, "/s"))
        report.add(Figure("   applied", result.applied, "/s"))
    }

    // MARK: - Tools

    private var population: Population { Population(node: node, accounts: 5_000, followed: 1_000) }

    private func meter(_ connections: Int = 32) -> Meter {
        Meter(
            client: client, process: node.process, server: server, metrics: node.metrics, duration: amounts.reading,
            connections: connections)
    }

    /// PostgreSQL's plans depend on its statistics about the tables. An older node has them from autovacuum.
    private func analyze() async throws {
        guard analyzes else { return }
        _ = try await node.database.write { tx in try tx.run("ANALYZE") }
    }

    /// Measured before and after the node's own routes, because the machine is not the same twice.
    private func bareRoute(_ connections: Int = 32) async throws -> Reading {
        printProgress("GET of a bare route")
        return try await Meter(
            client: bareClient, process: bare, duration: amounts.reading, connections: connections
        ).measure("bare route", node.request("/bare", accept: "application/activity+json"))
    }

    private func printProgress(_ phase: String) { Terminal.complain("… \(phase)") }
}
