// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Logging
internal import Model
internal import Services
internal import Storage

/// Deletes what is no longer kept, see ``Storage/Retention``, and gives up deliveries that nobody accepts. Each
/// transaction changes a small batch, so that no request waits long.
struct Maintenance: Sendable {
    /// The time between two rounds.
    static let interval = Duration.minutes(10)
    /// The most batches of one table in a round. What is left is deleted in the next rounds.
    private static let batchesOfRound = 200
    /// The most steps of one walk in a round.
    private static let stepsOfRound = 4
    /// The pause between two transactions.
    private static let pause = Duration.milliseconds(20)
    /// How many pages of the search index are merged in a round.
    private static let pagesOfRound = 256

    private let database: Database
    private let ids: IDMaker
    private let services: Services
    private let clock: any Model.Clock
    private let logger: Logger

    init(database: Database, services: Services, ids: IDMaker, clock: any Model.Clock, logger: Logger) {
        self.database = database
        self.services = services
        self.ids = ids
        self.clock = clock
        self.logger = logger
    }

    /// Runs rounds until the task is cancelled.
    func run() async {
        repeat {
            await sweep()
        } while (try? await Task.sleep(for: Self.interval)) != nil
    }

    /// Runs one round.
    func sweep() async {
        do {
            try await abandonExpired(at: clock.now)
            try await services.finishDeletions()
            try await services.finishSuspensions()
            try await services.finishMoves()
            var swept: [String: Int] = [:]
            for table in Retention.aged { swept[table] = try await sweep(table) }
            for walk in RetentionWalk.allCases { swept["unneeded \(walk)"] = try await step(walk) }
            try await fillSearchIndex()
            try await database.write { tx in try SearchIndex.compact(pages: Self.pagesOfRound, in: tx) }
            logger.debug("swept", metadata: swept.filter { $0.value > 0 }.mapValues { "\($0)" })
        } catch {
            logger.warning("sweeping failed", metadata: ["error.kind": "\(error)"])
        }
    }

    /// Gives up all deliveries that are too old, in small transactions so that no request waits long.
    private func abandonExpired(at now: Timestamp) async throws {
        let batch = 1_000
        var count = 0
        repeat {
            count = try await database.write { [ids] tx in
                try OutboxQueue.abandonExpired(batch, ids: ids, at: now, in: tx)
            }
            if count > 0 { logger.info("deliveries given up", metadata: ["queue.rows": "\(count)"]) }
        } while count == batch
    }

    private func sweep(_ table: String) async throws -> Int {
        let now = clock.now
        var count = 0
        for _ in 0..<Self.batchesOfRound {
            let deleted = try await database.write { tx in try Retention.sweep(table, at: now, in: tx) }
            count += deleted
            guard deleted == Retention.batch else { break }
            try await Task.sleep(for: Self.pause)
        }
        return count
    }

    private func step(_ walk: RetentionWalk) async throws -> Int {
        let now = clock.now
        var count = 0
        for _ in 0..<Self.stepsOfRound {
            count += try await database.write { tx in try walk.step(at: now, in: tx) }
            try await Task.sleep(for: Self.pause)
        }
        return count
    }

    /// Adds rows that an older version stored to the search index, in small transactions so that no request waits long.
    private func fillSearchIndex() async throws {
        while try await database.write({ tx in try SearchIndex.fill(limit: 200, in: tx) }) > 0 {
            try await Task.sleep(for: .milliseconds(200))
        }
    }
}
