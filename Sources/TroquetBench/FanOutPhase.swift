// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import HTTPSignatures
internal import Model
internal import NIOCore
internal import NIOPosix
internal import Storage
internal import Vocabulary

/// Posts into a group that has one follower on each of many hosts: what the node spends to tell them all.
struct FanOutPhase: Sendable {
    let node: Node
    let peers: Peers
    let hosts: [String]

    struct Result: Sendable {
        var rate = 0.0
        var cpuSeconds = 0.0
        var deliveries = 0
    }

    func run(posts: Int) async throws -> Result {
        try await follow()
        try await trustKeys()
        peers.world.reset()
        let cpu = try node.process.cpuSeconds
        let (node, thread) = (node, NIOThreadPool.singleton)
        try await thread.runIfActive {
            for number in 1...posts { try Self.write(number, node) }
        }
        try await waitUntilDelivered(atLeast: posts * hosts.count)
        let used = try node.process.cpuSeconds - cpu
        let deliveries = peers.world.deliveries
        guard deliveries.checked > 0, deliveries.confirmed == deliveries.checked else {
            throw BenchError("fan-out: \(deliveries.confirmed) of \(deliveries.checked) signatures are good.")
        }
        return Result(
            rate: Double(deliveries.count) / max(deliveries.last - deliveries.first, 0.001),
            cpuSeconds: used / Double(deliveries.count), deliveries: deliveries.count)
    }

    private static func write(_ number: Int, _ node: Node) throws(BenchError) {
        let status = try Program.run(
            node.program,
            [
                "post", "create", "--account", node.member, "--group", node.popularGroup, "--title",
                "Samedi au marché, \(number)", "--text", "On se retrouve à dix heures devant le café.",
            ])
        guard status == 0 else { throw BenchError("fan-out: `troquet post create` failed with status \(status).") }
    }

    /// One accepted follower on each host, as if each had asked.
    private func follow() async throws {
        let (ids, now, hosts) = (IDMaker(slot: 63), SystemClock().now, hosts)
        let actor = node.actor(of: node.popularGroup)
        try await node.database.write { tx in
            guard let group = try Accounts.byIRI(actor, in: tx) else { throw BenchError("\(actor) is not there.") }
            for host in hosts {
                guard let iri = IRI("http://\(host)/users/lea") else { throw BenchError("\(host) is no authority.") }
                var account = Account(
                    id: ids.make(at: now), kind: .person, username: "lea", host: host, iri: iri, createdAt: now)
                account.inbox = iri.appending(path: "inbox")
                account.sharedInbox = IRI("http://\(host)/inbox")
                account.fetchedAt = now
                let follower = try Accounts.upsertRemote(account, in: tx)
                let activity = iri.appending(path: "follow")
                _ = try Follows.request(by: follower, of: group.id, activity: activity, at: now, in: tx)
                try Follows.setState(.accepted, by: follower, of: group.id, in: tx)
            }
        }
    }

    private func trustKeys() async throws {
        for actor in [node.actor(of: node.popularGroup), node.person(node.member)] {
            let keyID = node.key(of: actor)
            guard let key = try await node.database.read({ db in try Keys.publicKey(keyID, in: db) }) else {
                throw BenchError("\(keyID) is not there.")
            }
            peers.world.trust(try PublicKey(pem: key.publicPEM), named: keyID)
        }
    }

    private func waitUntilDelivered(atLeast least: Int) async throws {
        let end = Machine.seconds + 90
        while true {
            let waiting = try await node.database.read { db in
                try OutboxQueue.queue.backlog(now: SystemClock().now, in: db).count
            }
            if waiting == 0, peers.world.deliveries.count >= least { return }
            guard Machine.seconds < end else {
                let count = peers.world.deliveries.count
                throw BenchError("fan-out: after 90 s, \(count) were delivered and \(waiting) still wait.")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}
