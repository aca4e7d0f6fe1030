// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import HTTPSignatures
internal import Model
internal import NIOCore
internal import Storage
internal import Vocabulary

/// One activity each of thousands of people, each on a host and in a network of its own: what a node remembers of them.
///
/// The node knows their keys, as it does after an earlier activity of each. The keys are Ed25519, because as many RSA
/// keys would take a quarter of an hour to make.
struct SignersPhase: Sendable {
    let node: Node
    let client: LoadClient
    let count: Int

    /// Signers that are stored in one transaction.
    private static let batch = 1_000

    struct Result: Sendable {
        var accepted = 0.0
        var applied = 0.0
    }

    func run() async throws -> Result {
        let writers = try (0..<count).map { number in
            try RemoteWriter(name: "lea", authority: Self.authority(number), key: try PrivateKey.generateEd25519())
        }
        for start in stride(from: 0, to: count, by: Self.batch) {
            try await introduce(Array(writers[start..<min(start + Self.batch, count)]))
        }
        let requests = try writers.enumerated().map { number, writer in
            try writer.signed(writer.like(node.discussion), to: node.origin, from: Self.address(number))
        }
        let started = Machine.seconds
        let answers = try await client.run(LoadPlan(requests: requests, connections: 16, limit: .seconds(180)))
        try answers.check("signers", status: 202)
        try await waitUntilDone()
        return Result(accepted: answers.rate(of: 202), applied: Double(count) / (Machine.seconds - started))
    }

    /// Stores the people and their keys, as if each had written before.
    private func introduce(_ writers: [RemoteWriter]) async throws {
        let (ids, now) = (IDMaker(slot: 63), SystemClock().now)
        try await node.database.write { tx in
            for writer in writers {
                var account = Account(
                    id: ids.make(at: now), kind: .person, username: writer.name, host: writer.iri.authority,
                    iri: writer.iri, createdAt: now)
                account.inbox = writer.iri.appending(path: "inbox")
                account.fetchedAt = now
                let id = try Accounts.upsertRemote(account, in: tx)
                try Keys.remember(
                    keyID: writer.keyID, account: id, publicPEM: writer.key.publicKey.pem, at: now, in: tx)
            }
        }
    }

    private func waitUntilDone() async throws {
        let end = Machine.seconds + 120
        while try await node.database.read({ db in try InboxQueue.queue.backlog(now: SystemClock().now, in: db).count })
            > 0
        {
            guard Machine.seconds < end else { throw BenchError("signers: activities still wait after two minutes.") }
            try await Task.sleep(for: .milliseconds(250))
        }
    }

    /// A host on the loopback interface; nothing listens there.
    private static func authority(_ number: Int) -> String { "127.2.\(number / 250).\(number % 250 + 1):9" }

    /// The address from which the person's server sends.
    private static func address(_ number: Int) -> String { "100.64.\(number / 250).\(number % 250 + 1)" }
}
