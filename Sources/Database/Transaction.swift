// SPDX-License-Identifier: Apache-2.0

/// What both a read and a write can do: ask.
public protocol Queryable {
    /// The engine that answers, for the few places where a statement is written twice.
    var engine: Engine { get }

    /// All rows of the answer, in the statement's order.
    func rows(_ sql: SQL) throws(DatabaseError) -> [Row]

    /// The answers to several statements, each as ``rows(_:)`` gives it. None of them may depend on the answer to
    /// another: PostgreSQL is asked all of them at once, in one round trip.
    func rows(ofEach statements: [SQL]) throws(DatabaseError) -> [[Row]]
}

extension Queryable {
    /// The first row of the answer, if it has any.
    public func row(_ sql: SQL) throws(DatabaseError) -> Row? {
        try rows(sql).first
    }
}

/// The database at one moment: all statements of one read see the same data.
///
/// Not `Sendable`, and the bodies that receive it are synchronous: it ends with its body.
public final class Snapshot: Queryable {
    private let session: Session

    init(session: Session) {
        self.session = session
    }

    /// The engine that answers.
    public var engine: Engine { session.connection.engine }

    /// All rows of the answer, in the statement's order.
    public func rows(_ sql: SQL) throws(DatabaseError) -> [Row] {
        try session.rows(sql)
    }

    /// The answers to several statements, none of which depends on another.
    public func rows(ofEach statements: [SQL]) throws(DatabaseError) -> [[Row]] {
        try session.rows(ofEach: statements)
    }

    /// Lets the engine parse and plan a statement without running it.
    func prepare(_ sql: SQL) throws(DatabaseError) {
        try session.connection.prepare(Statement(sql, for: engine))
    }

    /// The first failure of the engine, also when the body caught it.
    var failure: DatabaseError? { session.failure }
}

/// An open write transaction.
///
/// Not `Sendable`, and the bodies that receive it are synchronous: it cannot travel to another task
/// and nothing can be awaited while it is open, so no network call ever happens under a row lock.
///
/// A statement that fails ends the transaction, on both engines: whoever catches its error and goes on
/// gets the same error again, and nothing is stored. Expected conflicts are written `ON CONFLICT`.
public final class Transaction: Queryable {
    /// The longest announcement in bytes; PostgreSQL takes less than 8,000.
    public static let announcementLimitBytes = 7_900

    /// A statement that waits for the end, and the row that it changes.
    private struct DeferredStatement {
        let table: String
        let row: Int64
        let sql: SQL
    }

    private let session: Session
    private(set) var announcements: [String] = []
    private var announced: Set<String> = []
    private var deferred: [DeferredStatement] = []

    init(session: Session) {
        self.session = session
    }

    /// The engine that answers.
    public var engine: Engine { session.connection.engine }

    /// All rows of the answer, in the statement's order.
    public func rows(_ sql: SQL) throws(DatabaseError) -> [Row] {
        try session.rows(sql)
    }

    /// The answers to several statements, none of which depends on another.
    public func rows(ofEach statements: [SQL]) throws(DatabaseError) -> [[Row]] {
        try session.rows(ofEach: statements)
    }

    /// Lets PostgreSQL read and join whole tables until the end of this transaction: for statements that change all
    /// rows, as migrations do. See ``PostgresConnection``.
    func planForLargeReads() throws(DatabaseError) {
        guard engine == .postgres else { return }
        let settings = ["enable_seqscan", "enable_hashjoin", "enable_mergejoin"]
        let calls = settings.map { name -> SQL in "set_config(\(name), 'on', true)" }
        _ = try session.connection.rows(Statement("SELECT \(SQL.joined(calls, separator: ", "))", for: engine))
    }

    /// Runs a statement for its effect.
    ///
    /// PostgreSQL is told together with the next statement whose answer is asked for, or at the end; that is where a
    /// failure shows.
    public func run(_ sql: SQL) throws(DatabaseError) {
        try session.send(sql)
    }

    /// Runs a statement and counts the rows that it inserted, updated or deleted itself.
    public func changed(_ sql: SQL) throws(DatabaseError) -> Int {
        try session.run(sql)
    }

    /// Runs a statement after all others of this transaction: for a row at which many transactions meet, like a count.
    ///
    /// The row is locked for the commit alone; and since all transactions come to such rows at their end and in one
    /// order, by table and number, none waits for another that waits for it.
    public func deferUntilCommit(on table: String, row: Int64, _ sql: SQL) {
        deferred.append(DeferredStatement(table: table, row: row, sql: sql))
    }

    /// Runs what waits for the end. Called once, when the body is through.
    func finish() throws(DatabaseError) {
        // Stable: what concerns one row happens in the order in which it was asked for.
        for statement in deferred.sorted(by: { ($0.table, $0.row) < ($1.table, $1.row) }) { try run(statement.sql) }
    }

    /// Tells `message` to every listener in every process, after the commit and only then.
    ///
    /// The same message twice in one transaction is told once. One that is longer than
    /// ``announcementLimitBytes`` or holds U+0000 makes the write fail with `.invalidValue`.
    public func announce(_ message: String) {
        guard message.utf8.count <= Self.announcementLimitBytes, !message.utf8.contains(0) else {
            session.fail(DatabaseError(.invalidValue, "an announcement is too long or holds U+0000"))
            return
        }
        if announced.insert(message).inserted { announcements.append(message) }
    }

    /// The first failure of the engine, also when the body caught it.
    var failure: DatabaseError? { session.failure }
}

/// A connection during one body: checks values, tells the observer and remembers the first failure.
final class Session {
    let connection: any Connection
    private let onStatement: (@Sendable (String) -> Void)?
    private(set) var failure: DatabaseError?

    init(connection: any Connection, onStatement: (@Sendable (String) -> Void)?) {
        self.connection = connection
        self.onStatement = onStatement
    }

    func rows(_ sql: SQL) throws(DatabaseError) -> [Row] {
        let statement = try admit(sql)
        do {
            return try connection.rows(statement)
        } catch {
            throw fail(error)
        }
    }

    func rows(ofEach statements: [SQL]) throws(DatabaseError) -> [[Row]] {
        var admitted: [Statement] = []
        for sql in statements { admitted.append(try admit(sql)) }
        guard !admitted.isEmpty else { return [] }
        do {
            return try connection.rows(ofEach: admitted)
        } catch {
            throw fail(error)
        }
    }

    func send(_ sql: SQL) throws(DatabaseError) {
        let statement = try admit(sql)
        do {
            try connection.send(statement)
        } catch {
            throw fail(error)
        }
    }

    func run(_ sql: SQL) throws(DatabaseError) -> Int {
        let statement = try admit(sql)
        do {
            return try connection.run(statement)
        } catch {
            throw fail(error)
        }
    }

    @discardableResult
    func fail(_ error: DatabaseError) -> DatabaseError {
        if failure == nil { failure = error }
        return error
    }

    private func admit(_ sql: SQL) throws(DatabaseError) -> Statement {
        if let failure { throw failure }
        let statement = Statement(sql, for: connection.engine)
        for value in statement.values {
            if let refusal = value.refusal {
                throw fail(DatabaseError(.invalidValue, refusal, statement: statement.text))
            }
        }
        onStatement?(statement.text)
        return statement
    }
}
