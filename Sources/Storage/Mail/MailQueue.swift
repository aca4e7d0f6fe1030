// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// The queue of e-mails (table `mail`). An e-mail is stored in the same transaction as the fact that it reports. When
/// the sending process dies, its lease expires and another worker leases the e-mail.
///
/// What was sent or given up stays for ``memory``, without its text: reports of failures come days later, and stewards
/// want to know what became of an e-mail.
public enum MailQueue {
    /// The queue: attempts after one minute and more, up to eight hours apart, for three days after the first failure.
    public static let queue = LeasedQueue(
        "mail", table: "mail", waiting: "state = 'waiting'",
        completed: .set("state = 'sent', body = '', calendar = NULL"),
        parked: .set("state = 'failed'"),
        // While the mail server is away, no worker is late.
        paused: "EXISTS (SELECT 1 FROM mail_sender s WHERE s.problem <> '')",
        crashed: "failure = 'the process died several times while it was sent', ended_at = run_at",
        urgency: "urgency",
        retry: RetryPolicy(
            steps: [.minutes(1), .minutes(5), .minutes(15), .hours(1), .hours(2), .hours(4), .hours(8)], spread: 0.1,
            attempts: 20, patience: .days(3)))
    /// How long an e-mail is remembered after it was sent or given up.
    public static let memory = Duration.days(14)
    /// Of the limit per hour, this part is kept for e-mails for which somebody waits: one tenth.
    static let reserve = 10

    /// Stores an e-mail and wakes the worker after the commit. An e-mail about a fact of which there is one already is
    /// not stored.
    ///
    /// - Parameter start: when it may leave; nil for now.
    public static func enqueue(
        _ mail: QueuedMail, notBefore start: Timestamp? = nil, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO mail (id, recipient, subject, body, kind, account_id, language, calendar, unsubscribe,
                message_id, return_token, urgency, good_until, fact, event_id, run_at, attempts, created_at)
            VALUES (\(mail.id), \(mail.recipient), \(mail.subject), \(mail.body), \(mail.kind), \(mail.account),
                \(mail.language), \(mail.calendar), \(mail.unsubscribe), \(mail.messageID), \(mail.returnToken),
                \(mail.urgency.rawValue), \(mail.goodUntil), \(mail.fact), \(mail.event), \(start ?? now), 0, \(now))
            ON CONFLICT (fact) WHERE fact IS NOT NULL DO NOTHING
            """)
        tx.announce(Change.mailWaits.rawValue)
    }

    /// Leases e-mails, the most urgent first, and returns them in the order in which they are to be sent.
    ///
    /// While the sender rests, none is leased; after a rest only one, to see whether the server works again.
    ///
    /// - Parameter perHour: how many may be sent within an hour; nil for no limit.
    public static func lease(
        _ limit: Int, _ lease: Lease, perHour: Int? = nil, in tx: Transaction
    ) throws(DatabaseError) -> [QueuedMail] {
        // This also locks the row, so that two processes do not both use what is left of the hour.
        let status = try MailSenders.lock(in: tx)
        if let rest = status.restsUntil, rest > lease.now { return [] }
        var limit = status.problem == nil ? limit : min(1, limit)
        var condition: SQL?
        if let perHour {
            let used = try recent(before: lease.now, in: tx)
            let kept = perHour / reserve
            limit = min(limit, perHour - used)
            if used >= perHour - kept {
                condition = "q.urgency = \(QueuedMail.Urgency.atOnce.rawValue)"
            } else {
                limit = min(limit, perHour - kept - used)
            }
        }
        let columns: SQL = """
            id, recipient, subject, body, kind, account_id, language, calendar, unsubscribe, message_id, return_token,
            urgency, good_until, fact, event_id, attempts, first_failed_at, run_at
            """
        let rows = try queue.lease(limit, lease, where: condition, returning: columns, in: tx)
        var leased: [(mail: QueuedMail, due: Timestamp)] = []
        for row in rows { leased.append((try mail(row), try row.time("run_at"))) }
        return leased.sorted { one, other in
            (one.mail.urgency.rawValue, one.due, one.mail.id) < (other.mail.urgency.rawValue, other.due, other.mail.id)
        }.map(\.mail)
    }

    /// Records that an e-mail was sent.
    public static func finish(_ id: ID<QueuedMail>, at now: Timestamp, in tx: Transaction) throws(DatabaseError) {
        try queue.complete([QueueKey(id)], setting: "ended_at = \(now), failure = ''", in: tx)
    }

    /// Gives up an e-mail. It stays for stewards to see.
    ///
    /// - Parameter failure: why, in one line.
    public static func fail(
        _ id: ID<QueuedMail>, _ failure: String, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        try queue.park(QueueKey(id), setting: "ended_at = \(now), failure = \(failure)", by: nil, in: tx)
    }

    /// Schedules the next attempt. Any worker may take it.
    ///
    /// - Parameter failure: what went wrong, in one line.
    public static func postpone(
        _ id: ID<QueuedMail>, until instant: Timestamp, after failure: String = "", at now: Timestamp? = nil,
        by holder: LeaseHolder = .thisProcess, in tx: Transaction
    ) throws(DatabaseError) {
        try queue.postpone(
            QueueKey(id), until: instant,
            setting: "failure = \(failure), first_failed_at = COALESCE(first_failed_at, \(now))", by: holder, in: tx)
    }

    /// Gives an e-mail back that was not at fault. The attempt does not count.
    public static func putBack(
        _ id: ID<QueuedMail>, until instant: Timestamp, after failure: String, by holder: LeaseHolder = .thisProcess,
        in tx: Transaction
    ) throws(DatabaseError) {
        try queue.postpone(
            QueueKey(id), until: instant, setting: "attempts = attempts - 1, failure = \(failure)", by: holder, in: tx)
    }

    /// How many were sent in the last hour or are in hand now.
    private static func recent(before now: Timestamp, in db: some Queryable) throws(DatabaseError) -> Int {
        let row = try db.row(
            """
            SELECT (SELECT count(*) FROM mail WHERE ended_at > \(now - .hours(1)) AND state = 'sent')
                + (SELECT count(*) FROM mail WHERE lease_until >= \(now)) AS n
            """)
        return try row?.count("n") ?? 0
    }

    private static func mail(_ row: Row) throws(DatabaseError) -> QueuedMail {
        var mail = QueuedMail(
            id: try row.id("id"), recipient: try row.text("recipient"), subject: try row.text("subject"),
            body: try row.text("body"))
        mail.kind = try row.text("kind")
        mail.account = try row.idOrNil("account_id")
        mail.language = try row.text("language")
        mail.calendar = try row.textOrNil("calendar")
        mail.unsubscribe = try row.textOrNil("unsubscribe")
        mail.messageID = try row.text("message_id")
        mail.returnToken = try row.textOrNil("return_token")
        mail.urgency = QueuedMail.Urgency(rawValue: try row.int("urgency")) ?? .normal
        mail.goodUntil = try row.timeOrNil("good_until")
        mail.fact = try row.textOrNil("fact")
        mail.event = try row.idOrNil("event_id")
        mail.attempts = try row.count("attempts")
        mail.firstFailedAt = try row.timeOrNil("first_failed_at")
        return mail
    }
}

// MARK: - What stewards see and do

extension MailQueue {
    /// A page of e-mails in a state, the newest first.
    ///
    /// - Parameter last: the last e-mail of the page before.
    public static func list(
        _ state: MailRecord.State, before last: ID<QueuedMail>? = nil, limit: Int, in db: some Queryable
    ) throws(DatabaseError) -> [MailRecord] {
        let end: SQL = last.map { "AND id < \($0)" } ?? ""
        // Written out, because a partial index is not used for a value that is bound.
        let condition: SQL =
            switch state {
            case .waiting: "state = 'waiting'"
            case .sent: "state = 'sent'"
            case .failed: "state = 'failed'"
            }
        let rows = try db.rows(
            "SELECT \(MailRecord.columns) FROM mail WHERE \(condition) \(end) ORDER BY id DESC LIMIT \(limit)")
        var records: [MailRecord] = []
        for row in rows { records.append(try MailRecord(row)) }
        return records
    }

    /// The last e-mail to an account that was sent or given up; nil when there is none.
    public static func lastEnded(of account: ID<Account>, in db: some Queryable) throws(DatabaseError) -> MailRecord? {
        let row = try db.row(
            """
            SELECT \(MailRecord.columns) FROM mail WHERE account_id = \(account) AND state <> 'waiting'
            ORDER BY id DESC LIMIT 1
            """)
        guard let row else { return nil }
        return try MailRecord(row)
    }

    /// The e-mail whose return path has this secret part.
    public static func byReturnToken(_ token: String, in db: some Queryable) throws(DatabaseError) -> MailRecord? {
        let row = try db.row("SELECT \(MailRecord.columns) FROM mail WHERE return_token = \(token)")
        guard let row else { return nil }
        return try MailRecord(row)
    }

    /// Records that an e-mail which the mail server had accepted came back.
    public static func bounce(
        _ id: ID<QueuedMail>, _ failure: String, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            UPDATE mail SET state = 'failed', failure = \(failure), ended_at = \(now) WHERE id = \(id) AND state = 'sent'
            """)
    }

    /// Tries an e-mail that was given up or waits once more, now. One that was sent is not sent again.
    ///
    /// - Returns: whether there was one.
    public static func retry(_ id: ID<QueuedMail>, at now: Timestamp, in tx: Transaction) throws(DatabaseError) -> Bool
    {
        let changed = try tx.changed(
            """
            UPDATE mail SET state = 'waiting', run_at = \(now), first_failed_at = NULL, ended_at = NULL, attempts = 0,
                failure = ''
            WHERE id = \(id) AND state <> 'sent' AND body <> '' AND lease_until IS NULL
            """)
        if changed > 0 { tx.announce(Change.mailWaits.rawValue) }
        return changed > 0
    }

    /// Deletes an e-mail that nobody has in hand.
    ///
    /// - Returns: whether there was one.
    public static func drop(_ id: ID<QueuedMail>, in tx: Transaction) throws(DatabaseError) -> Bool {
        try tx.changed("DELETE FROM mail WHERE id = \(id) AND state <> 'sent' AND lease_until IS NULL") > 0
    }

    /// How many e-mails of some kinds an account got, or will get, since an instant.
    public static func count(
        _ kinds: [String], to account: ID<Account>, since start: Timestamp, in db: some Queryable
    ) throws(DatabaseError) -> Int {
        guard !kinds.isEmpty else { return 0 }
        let row = try db.row(
            """
            SELECT count(*) AS n FROM mail WHERE account_id = \(account) AND kind IN (\(list: kinds))
                AND created_at > \(start) AND state <> 'failed'
            """)
        return try row?.count("n") ?? 0
    }

    /// Deletes the waiting e-mails of some kinds to an account about an event, because a newer one replaces them.
    public static func replace(
        _ kinds: [String], to account: ID<Account>, about event: ID<Event>, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            DELETE FROM mail WHERE account_id = \(account) AND event_id = \(event) AND kind IN (\(list: kinds))
                AND state = 'waiting' AND lease_until IS NULL
            """)
    }

    /// How many wait, and how many were given up in the last days.
    public static func counts(in db: some Queryable) throws(DatabaseError) -> (waiting: Int, failed: Int) {
        let row = try db.row(
            """
            SELECT (SELECT count(*) FROM mail WHERE state = 'waiting') AS waiting,
                (SELECT count(*) FROM mail WHERE state = 'failed') AS failed
            """)
        return (try row?.count("waiting") ?? 0, try row?.count("failed") ?? 0)
    }
}
