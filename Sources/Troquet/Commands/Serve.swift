// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import CoreMetrics
internal import Services

/// `troquet serve`: runs the node.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Serve pages and federation.")

    @OptionGroup var options: NodeOptions

    @Option(name: .long, help: "What this process does: web, worker, scheduler; comma-separated.")
    var roles = "web,worker,scheduler"

    @Flag(name: .long, help: "Seed an empty database with a demo community and print how to sign in.")
    var demo = false

    func run() async throws {
        do {
            DescriptorPlan.raiseLimit()
            try DescriptorPlan.current.requireMinimum()
            var wanted: Set<Role> = []
            for name in roles.split(separator: ",") {
                guard let role = Role(rawValue: String(name)) else {
                    throw ConfigurationError("--roles: web, worker, scheduler.")
                }
                wanted.insert(role)
            }
            Allocator.limitMemory()
            let configuration = try options.configuration()
            let settings = try NodeSettings(configuration)
            let lock = try settings.databaseFile.map { file in
                try settings.makeDatabaseFolder()
                return try ServeLock(beside: file)
            }
            defer { withExtendedLifetime(lock) {} }
            let node = try await Node.open(configuration)
            try await node.trySandbox()
            // May be called once in a process. So the metrics of libraries appear on the same page.
            MetricsSystem.bootstrap(node.metrics.registry)
            try await node.services.prepareNode()
            try CommunityMark(settings).set()
            if demo { try await Demo(node).seedIfEmpty() }
            try await NodeProcess(node, roles: wanted).run()
        } catch {
            throw Failure.say(error)
        }
    }

    /// The roles of a process.
    enum Role: String, CaseIterable {
        case web, worker, scheduler
    }
}
