// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// Whether the mail server can be used.
public struct MailSenderStatus: Sendable, Hashable {
    /// Why nothing is sent.
    public enum Problem: String, Sendable, Hashable {
        /// The server cannot be reached or takes nothing from anybody.
        case server
        /// The server refuses this node: its password, its sender's address, its encryption. Only the operator can
        /// change that.
        case settings
    }

    /// The problem; nil when the last attempt worked.
    public var problem: Problem?
    /// What the server said.
    public var detail: String
    /// Since when.
    public var since: Timestamp?
    /// Until then nothing is tried.
    public var restsUntil: Timestamp?
    /// How many attempts in a row showed the problem.
    public var failures: Int
}

/// The state of the connection to the mail server (the one row of `mail_sender`). All processes share it, so a server
/// that is down is tried once in a while, and not once for each e-mail and process.
public enum MailSenders {
    /// How long the sender rests after the first, second, … failure in a row.
    static let rests: [Duration] = [.minutes(1), .minutes(2), .minutes(5), .minutes(10), .minutes(15)]

    /// The present state.
    public static func status(in db: some Queryable) throws(DatabaseError) -> MailSenderStatus {
        try status(try db.row("SELECT \(columns) FROM mail_sender WHERE id = 1"))
    }

    /// The present state, locked until the end of the transaction.
    static func lock(in tx: Transaction) throws(DatabaseError) -> MailSenderStatus {
        try status(
            try tx.rows("UPDATE mail_sender SET failures = failures WHERE id = 1 RETURNING \(columns)").first)
    }

    /// Lets the sender rest: longer each time, up to a quarter of an hour.
    ///
    /// - Returns: the state afterwards.
    @discardableResult
    public static func rest(
        _ problem: MailSenderStatus.Problem, _ detail: String, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> MailSenderStatus {
        let before = try lock(in: tx)
        // Two e-mails that failed at the same moment are one failure.
        if before.problem == problem, let until = before.restsUntil, until > now { return before }
        let failures = before.failures + 1
        let until = now + rests[min(failures, rests.count) - 1]
        let since = before.problem == nil ? now : before.since ?? now
        try tx.run(
            """
            UPDATE mail_sender SET problem = \(problem.rawValue), detail = \(detail), since = \(since),
                rests_until = \(until), failures = \(failures)
            WHERE id = 1
            """)
        return MailSenderStatus(
            problem: problem, detail: detail, since: since, restsUntil: until, failures: failures)
    }

    /// Records that the server works.
    ///
    /// - Returns: whether it did not work before.
    @discardableResult
    public static func recover(in tx: Transaction) throws(DatabaseError) -> Bool {
        try tx.changed(
            """
            UPDATE mail_sender SET problem = '', detail = '', since = NULL, rests_until = NULL, failures = 0
            WHERE id = 1 AND problem <> ''
            """) > 0
    }

    /// Ends the rest, so that the next e-mail is tried now: settings have changed, or somebody asks for it.
    public static func wake(in tx: Transaction) throws(DatabaseError) {
        try tx.run("UPDATE mail_sender SET rests_until = NULL WHERE id = 1")
        tx.announce(Change.mailWaits.rawValue)
    }

    private static let columns: SQL = "problem, detail, since, rests_until, failures"

    private static func status(_ row: Row?) throws(DatabaseError) -> MailSenderStatus {
        guard let row else { throw DatabaseError(.invalidValue, "the table mail_sender has no row") }
        return MailSenderStatus(
            problem: MailSenderStatus.Problem(rawValue: try row.text("problem")), detail: try row.text("detail"),
            since: try row.timeOrNil("since"), restsUntil: try row.timeOrNil("rests_until"),
            failures: try row.count("failures"))
    }
}
