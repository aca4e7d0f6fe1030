// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// The benchmark's own program. `deploy/bench` starts a node and the bare route, and then this beside them.
@main
struct TroquetBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "troquet-bench", abstract: "Compare a running node with the limits of its machine.",
        subcommands: [Run.self, BareRoute.self], defaultSubcommand: Run.self)
}

/// Why the benchmark cannot go on; one sentence.
struct BenchError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
