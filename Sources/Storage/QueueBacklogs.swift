// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// How much waits in each queue, for the operator.
public enum QueueBacklogs {
    /// What waits in one queue.
    public struct Backlog: Sendable, Hashable {
        /// The queue: `inbox`, `outbox`, `mail`, `push`, `media`, `scheduled`.
        public let queue: String
        /// How many wait, those included that are not due yet.
        public let count: Int
        /// Since when the oldest waits that is due; nil when none is.
        public let oldest: Timestamp?
    }

    /// All of them. It counts rows, so it is asked now and then and not for every request.
    public static func all(now: Timestamp, in db: some Queryable) throws(DatabaseError) -> [Backlog] {
        let inbox = try InboxQueue.backlog(in: db)
        let outbox = try OutboxQueue.backlog(now: now, in: db)
        return [
            Backlog(queue: "inbox", count: inbox.count, oldest: inbox.oldest),
            Backlog(queue: "outbox", count: outbox.count, oldest: outbox.oldestDue),
            try backlog("mail", "mail WHERE run_at IS NOT NULL", now, in: db),
            try backlog("push", "push_queue WHERE run_at IS NOT NULL", now, in: db),
            try backlog("media", "media WHERE state = 'waiting'", now, in: db),
            try backlog("scheduled", "scheduled WHERE run_at IS NOT NULL", now, in: db),
        ]
    }

    /// - Parameter rows: those of one queue, with a condition of it that its index is made for.
    private static func backlog(
        _ queue: String, _ rows: SQL, _ now: Timestamp, in db: some Queryable
    ) throws(DatabaseError) -> Backlog {
        let all = try db.row("SELECT count(*) AS n FROM \(rows)")
        let due = try db.row("SELECT min(run_at) AS oldest FROM \(rows) AND run_at <= \(now)")
        return Backlog(queue: queue, count: Int(try all?.int("n") ?? 0), oldest: try due?.timeOrNil("oldest"))
    }
}
