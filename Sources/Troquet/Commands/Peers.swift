// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Database
internal import Model
internal import Services
internal import Storage
internal import Vocabulary

/// `troquet peer …`: the federation policy for other hosts.
struct PeerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "peer", abstract: "Federation policy.",
        subcommands: [
            List.self, Allow.self, Limit.self, Block.self, Forget.self, Import.self, Export.self,
        ])

    struct List: AsyncParsableCommand {
        @OptionGroup var options: NodeOptions
        @Flag(name: .long, help: "Answer in JSON, a line each.") var json = false

        func run() async throws {
            try await options.withNode { node in
                for peer in try await node.database.read({ db in try Peers.list(in: db) }) {
                    Terminal.print(
                        [
                            "host": JSON(peer.host), "policy": JSON(peer.policy.rawValue), "note": JSON(peer.note),
                            "failures": JSON(Int64(peer.failures)),
                        ],
                        "\(peer.host)  \(peer.policy.rawValue)  \(peer.note)", asJSON: json)
                }
            }
        }
    }

    struct Decision: ParsableArguments {
        @OptionGroup var options: NodeOptions
        @Argument(help: "The host, with its port when it has one.") var host: String
        @Option(name: .long, help: "Why.") var note = ""

        func decide(_ policy: PeerPolicy) async throws {
            try await options.withNode { node in
                try await node.services.setPolicy(policy, host: host, note: note, as: .operator)
                Terminal.say("\(host): \(policy.rawValue)")
            }
        }
    }

    struct Allow: AsyncParsableCommand {
        @OptionGroup var decision: Decision
        func run() async throws { try await decision.decide(.allowed) }
    }

    struct Limit: AsyncParsableCommand {
        @OptionGroup var decision: Decision
        func run() async throws { try await decision.decide(.limited) }
    }

    struct Block: AsyncParsableCommand {
        @OptionGroup var decision: Decision
        func run() async throws { try await decision.decide(.blocked) }
    }

    struct Forget: AsyncParsableCommand {
        @OptionGroup var decision: Decision
        func run() async throws { try await decision.decide(.unset) }
    }

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take over a list of hosts to limit or block.",
            discussion: """
                Reads the export of Mastodon, the lists of FediBlockHole and Oliphant, RapidBlock's list of hosts, and \
                the JSON of /api/v1/instance/domain_blocks. What was decided here holds: an allowed host stays \
                allowed, and no policy becomes milder.
                """)
        @OptionGroup var options: NodeOptions
        @Argument(help: "The file.") var file: String
        @Flag(name: .long, help: "Only tell what would change, and what it would cut.") var dryRun = false
        @Flag(name: .long, help: "Answer in JSON.") var json = false

        func run() async throws {
            try await options.withNode { node in
                guard let text = TextFile.read(file) else {
                    throw ConfigurationError("\(file) cannot be read as UTF-8 text.")
                }
                guard let list = PeerList(text) else {
                    throw ConfigurationError(
                        "\(file) is no list of hosts: `troquet peer import --help` names the formats.")
                }
                let result = try await node.services.importPolicies(list, isTrial: dryRun, as: .operator)
                if json {
                    Terminal.say(answer(list, result).serializedText())
                } else {
                    for line in lines(list, result) { Terminal.say(line) }
                }
            }
        }

        private func lines(_ list: PeerList, _ result: PolicyImport) -> [String] {
            let count = { (policy: PeerPolicy) in result.changed.count { $0.policy == policy } }
            var lines = result.changed.map { "\($0.host)  \($0.policy.rawValue)  \($0.note)" }
            lines += result.allowed.map { "\($0)  stays allowed" }
            lines += list.refusals.map {
                "line \($0.line): “\($0.text)” left out: \($0.reason.replacing("_", with: " "))"
            }
            lines.append(
                "\(count(.blocked)) \(dryRun ? "would be blocked" : "blocked"), "
                    + "\(count(.limited)) \(dryRun ? "would be limited" : "limited"), \(result.unchanged) as before, "
                    + "\(result.allowed.count) stay allowed, \(list.refusals.count) left out. "
                    + "Cut by the blocks: \(result.follows) follows, \(result.seats) seats.")
            return lines
        }

        private func answer(_ list: PeerList, _ result: PolicyImport) -> JSON {
            [
                "dry_run": JSON(dryRun),
                "changed": .array(
                    result.changed.map {
                        ["host": JSON($0.host), "policy": JSON($0.policy.rawValue), "note": JSON($0.note)]
                    }
                ),
                "unchanged": JSON(Int64(result.unchanged)), "allowed": .array(result.allowed.map { JSON($0) }),
                "refused": .array(
                    list.refusals.map {
                        ["line": JSON(Int64($0.line)), "text": JSON($0.text), "reason": JSON($0.reason)]
                    }),
                "follows": JSON(Int64(result.follows)), "seats": JSON(Int64(result.seats)),
            ]
        }
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the limited and blocked hosts in the format of Mastodon's export.")
        @OptionGroup var options: NodeOptions

        func run() async throws {
            try await options.withNode { node in
                let peers = try await node.database.read { db in try Peers.list(in: db) }
                let entries = peers.map { PeerList.Entry(host: $0.host, policy: $0.policy, note: $0.note) }
                Terminal.say(String(PeerList.export(entries).dropLast()))
            }
        }
    }
}
