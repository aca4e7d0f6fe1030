// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Database
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import Vocabulary

#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

/// `troquet-bench run`: all phases against a node that runs already.
struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Measure a running node; prints a table.")

    @Option(name: .long, help: "Where the node is, e.g. http://127.0.0.1:8080.") var origin: String
    @Option(name: .long, help: "The node's database, as in its settings.") var database: String
    @Option(name: .long, help: "A folder on the disk of that database.") var folder: String
    @Option(name: .long, help: "The node's process.") var pid: Int32
    @Option(name: .long, help: "The node's program.") var program: String
    @Option(name: .long, help: "The port of `troquet-bench bare`.") var barePort: Int
    @Option(name: .long, help: "The process of `troquet-bench bare`.") var barePid: Int32
    @Option(name: .long, help: "A member who may write into both groups.") var member: String
    @Option(name: .long, help: "The group into which other nodes write.") var group: String
    @Option(name: .long, help: "The group that gets followers on other nodes.") var popularGroup: String
    @Option(name: .long, help: "The address of a discussion in the first group.") var discussion: String
    @Option(name: .long, help: "A token of the member's for the client API.") var token: String
    @Option(name: .long, help: "A token of another member.") var otherToken: String
    @Option(name: .long, help: "A group with one discussion, which stays small.") var smallGroup: String
    @Option(name: .long, help: "A group with one discussion, which gets thousands of replies.") var largeGroup: String
    @Option(name: .long, help: "The port of the node's /metrics.") var metricsPort: Int
    @Option(name: .long, help: "The process that PostgreSQL was started with; none on SQLite.") var serverPid: Int32?
    @Option(name: .long, help: "Phases, separated by commas; default all.") var only: String?
    @Flag(name: .long, help: "Do not run ANALYZE, to measure plans without statistics.") var noAnalyze = false
    @Option(name: .long, help: "Where the report goes as JSON.") var json: String?
    @Flag(name: .long, help: "Do less of everything: a look, not a measurement.") var quick = false

    func run() async throws {
        do {
            guard let origin = IRI(origin), let discussion = IRI(discussion) else {
                throw BenchError("--origin and --discussion are addresses.")
            }
            var logger = Logger(label: "bench")
            logger.logLevel = .error
            let database = try await Database.open(DatabaseURL(database), readers: 1, logger: logger)
            let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
            let node = Node(
                origin: origin, process: Process(pid: pid), database: database, program: program, member: member,
                group: self.group, popularGroup: popularGroup, discussion: discussion, token: token,
                metrics: Metrics(loop: group.next(), port: metricsPort), otherToken: otherToken, smallGroup: smallGroup,
                largeGroup: largeGroup)
            let report = try await Benchmark(
                node: node, bare: Process(pid: barePid),
                server: serverPid.map { ProcessFamily(parent: Process(pid: $0)) }, folder: folder,
                amounts: quick ? .quick : .full, phases: Phase.chosen(only), analyzes: !noAnalyze,
                client: LoadClient(loop: group.next(), port: origin.port),
                bareClient: LoadClient(loop: group.next(), port: barePort), group: group
            ).run(quick: quick)
            await database.close()
            try await group.shutdownGracefully()
            print(report.table)
            if let json { try Self.write(report.json.prettyPrinted() + "\n", to: json) }
        } catch {
            Terminal.complain("troquet-bench: \(error)")
            throw ExitCode(1)
        }
    }

    private static func write(_ text: String, to path: String) throws(BenchError) {
        guard let file = fopen(path, "w") else { throw BenchError("\(path) cannot be written.") }
        fputs(text, file)
        guard fclose(file) == 0 else { throw BenchError("\(path) cannot be written.") }
    }
}

/// Standard error, where it says what it does: standard output is the table's.
enum Terminal {
    static func complain(_ line: String) {
        let bytes = Array("\(line)\n".utf8)
        _ = write(STDERR_FILENO, bytes, bytes.count)
    }
}
