// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
internal import Storage
public import Vocabulary

/// Finds the family of another server. Its NodeInfo document is asked for once a week, and only before something is sent
/// to it whose form depends on the answer.
public actor PeerFamilies {
    /// How long an answer is used, and how long a server that gave none is left alone.
    private static let maxAge = Duration.days(7)
    private static let pause = Duration.hours(6)
    /// How long what the database says is kept in memory.
    private static let memory = Duration.minutes(5)
    private static let limit = 10_000

    private let database: Database
    private let loader: any DocumentLoader
    private let clock: any Clock
    private var known: [String: (software: PeerSoftware?, until: Timestamp)] = [:]
    private var asking: [String: Task<PeerSoftware?, Never>] = [:]

    /// - Parameter loader: asks the servers.
    public init(database: Database, loader: any DocumentLoader, clock: any Clock) {
        self.database = database
        self.loader = loader.serving(.thread)
        self.clock = clock
    }

    /// The family of a host as far as it is known; nil for a host of no known family.
    public func known(_ host: String) async -> PeerFamily? { await software(of: host)?.family }

    /// Whether the host was never asked for its software, or too long ago.
    public func isUnasked(_ host: String) async -> Bool {
        guard let software = await software(of: host), let askedAt = software.askedAt else { return true }
        return clock.now - askedAt > (software.name == nil ? Self.pause : Self.maxAge)
    }

    /// The family of a host. A host that was never asked for its software is asked first.
    public func family(of host: String) async -> PeerFamily? {
        guard await isUnasked(host) else { return await known(host) }
        if let running = asking[host] { return await running.value?.family }
        let task = Task { await ask(host) }
        asking[host] = task
        let software = await task.value
        asking[host] = nil
        return software?.family
    }

    private func ask(_ host: String) async -> PeerSoftware? {
        let document = try? await loader.nodeInfo(of: host)
        let name = document.flatMap { NodeInfo.software(in: $0) }?.name
        let now = clock.now
        let stored = try? await database.write { tx in
            try Peers.rememberSoftware(host, name, at: now, in: tx)
            return try Peers.software(of: host, in: tx)
        }
        // When the answer cannot be stored, it is used all the same, and the host is asked again later.
        let software = stored ?? PeerSoftware(name: name, askedAt: now)
        keep(software, of: host)
        return software
    }

    private func software(of host: String) async -> PeerSoftware? {
        let now = clock.now
        if let entry = known[host], entry.until > now { return entry.software }
        let software = try? await database.read { db in try Peers.software(of: host, in: db) }
        keep(software ?? nil, of: host)
        return software ?? nil
    }

    private func keep(_ software: PeerSoftware?, of host: String) {
        if known.count >= Self.limit { known = [:] }
        known[host] = (software, clock.now + Self.memory)
    }
}
