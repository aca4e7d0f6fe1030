// SPDX-License-Identifier: Apache-2.0

public import Database
public import Logging
public import Model

/// The row of this process in the table `process`: its slot for ids, its heartbeats, and the duty to take back the
/// leases of dead processes.
public actor ProcessRegistration {
    /// Makes the ids of this process. They are larger than all ids in the database, also when the clock was set back.
    public nonisolated let ids: IDMaker

    private let database: Database
    private let serves: Bool
    private let clock: any Clock
    private let logger: Logger
    private let holder: LeaseHolder
    private(set) var slot: Int
    private var hasLeft = false
    /// When this process sent its last heartbeat.
    private var lastBeat: ContinuousClock.Instant?
    /// The last heartbeat of each slot, and since when this process has known it.
    private var seen: [Int: (beat: Timestamp, since: ContinuousClock.Instant)] = [:]

    /// Registers this process.
    ///
    /// - Parameters:
    ///   - serves: whether it serves. Commands do not.
    ///   - holder: the process. On PostgreSQL the database must have been opened with its number as `session`.
    /// - Throws: ``NoFreeSlot``, and the errors of the database.
    public init(
        _ database: Database, serves: Bool, clock: any Clock, logger: Logger, holder: LeaseHolder = .thisProcess
    ) async throws {
        let now = clock.now
        let (slot, known) = try await database.write { tx in
            let slot = try Processes.register(holder, serves: serves, at: now, in: tx)
            return (slot, try Processes.largestID(in: tx))
        }
        guard let slot else { throw NoFreeSlot() }
        self.database = database
        self.slot = slot
        self.serves = serves
        self.clock = clock
        self.logger = logger
        self.holder = holder
        ids = IDMaker(slot: slot, after: known)
    }

    /// The registration of a process that only reads, such as `troquet doctor`. It has no slot and sends no heartbeats.
    public init(readingOnly database: Database, clock: any Clock, logger: Logger) {
        self.database = database
        slot = 0
        serves = false
        hasLeft = true
        self.clock = clock
        self.logger = logger
        holder = .thisProcess
        ids = IDMaker(slot: 0)
    }

    /// Takes back the leases of all processes that are not alive. A process that serves calls it once, at its start.
    ///
    /// - Returns: how many rows were leased.
    @discardableResult
    public func takeBackLeases() async throws -> Int {
        let (holder, now) = (holder, clock.now)
        let count = try await database.write { tx in try Processes.takeBackAll(startedBy: holder, at: now, in: tx) }
        if count > 0 { logger.notice("leases taken back", metadata: ["queue.rows": "\(count)"]) }
        return count
    }

    /// Sends heartbeats until the task is cancelled.
    public func run() async {
        guard !hasLeft else { return }
        while (try? await Task.sleep(for: Processes.interval(on: database.engine))) != nil { await beat() }
    }

    /// Sends one heartbeat and takes back the leases of processes that have died.
    ///
    /// - Parameter instant: the time of a clock that never goes back.
    func beat(at instant: ContinuousClock.Instant = .now) async {
        let (slot, holder, now) = (slot, holder, clock.now)
        let interval = Processes.interval(on: database.engine)
        // Who could not send heartbeats, because the database was away, cannot judge who else did.
        if let lastBeat, instant - lastBeat > interval * 2 { seen = [:] }
        let known = seen.mapValues(\.beat)
        let silent = seen.filter { instant - $0.value.since >= interval * 3 }.mapValues(\.beat)
        do {
            let (hasSlot, count, largest, list) = try await database.write { tx in
                let hasSlot = try Processes.beat(slot, holder, at: now, in: tx)
                let count = try Processes.takeBackFromDead(
                    known: known, silent: silent, seenBy: holder, at: now, in: tx)
                return (hasSlot, count, try Processes.largestID(in: tx), try Processes.list(in: tx))
            }
            ids.advance(past: largest)
            note(list, at: instant)
            lastBeat = instant
            if count > 0 { logger.notice("leases taken back", metadata: ["queue.rows": "\(count)"]) }
            if !hasSlot && !hasLeft { try await register() }
        } catch {
            logger.warning("heartbeat failed", metadata: ["error.kind": "\(error)"])
        }
    }

    /// Frees the slot, when this process ends.
    public func leave() async {
        guard !hasLeft else { return }
        hasLeft = true
        let (slot, holder, now) = (slot, holder, clock.now)
        _ = try? await database.write { tx in try Processes.leave(slot, holder, at: now, in: tx) }
    }

    /// Gets another slot, after this process sent no heartbeat for so long that its slot was freed.
    private func register() async throws {
        let (holder, serves, now) = (holder, serves, clock.now)
        let next = try await database.write { tx in try Processes.register(holder, serves: serves, at: now, in: tx) }
        guard let next else { throw NoFreeSlot() }
        ids.move(to: next)
        slot = next
    }

    private func note(_ list: [Processes.Entry], at instant: ContinuousClock.Instant) {
        for entry in list where seen[entry.slot]?.beat != entry.beatAt { seen[entry.slot] = (entry.beatAt, instant) }
    }
}

/// All slots are in use.
public struct NoFreeSlot: Error, CustomStringConvertible {
    /// One sentence for the operator.
    public var description: String {
        "\(Processes.slots) processes use this database already: stop one of them, or wait for half a minute."
    }
}
