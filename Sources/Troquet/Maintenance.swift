// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Logging
internal import Model
internal import Storage

/// Deletes outdated rows from time to time, and gives up deliveries that nobody accepts. Each task is one line in
/// ``sweep()``.
struct Maintenance: Sendable {
    /// The time between two rounds.
    static let interval = Duration.minutes(10)
    /// How long the id of a received activity is remembered: at least 90 days, so that an old copy is still detected as
    /// a duplicate.
    static let memory = Duration.days(100)
    /// How long an authorization code is remembered after it has expired. When it is used again in that time, the token
    /// that was issued for it is revoked.
    static let codeMemory = Duration.days(30)

    private let database: Database
    private let ids: IDMaker
    private let clock: any Model.Clock
    private let logger: Logger

    init(database: Database, ids: IDMaker, clock: any Model.Clock, logger: Logger) {
        self.database = database
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
        let now = clock.now
        do {
            let swept = try await database.write { tx in
                [
                    "received": try InboxQueue.queue.prune(before: now - Self.memory, in: tx),
                    "signatures": try SignatureMemory.prune(before: now, in: tx),
                    "sessions": try Sessions.prune(before: now, in: tx),
                    "keys": try SentOnce.prune(before: now - .hours(1), in: tx),
                    "links": try SignInLinks.prune(before: now, in: tx),
                    "codes": try AuthorizationCodes.prune(before: now - Self.codeMemory, in: tx),
                    "invitations": try Invitations.prune(before: now, in: tx),
                    "mutes": try Mutes.prune(before: now, in: tx),
                ]
            }
            try await abandonExpired(at: now)
            try await fillSearchIndex()
            logger.debug("swept", metadata: swept.mapValues { "\($0)" })
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

    /// Adds rows that an older version stored to the search index, in small transactions so that no request waits long.
    private func fillSearchIndex() async throws {
        while try await database.write({ tx in try SearchIndex.fill(limit: 200, in: tx) }) > 0 {
            try await Task.sleep(for: .milliseconds(200))
        }
    }
}
