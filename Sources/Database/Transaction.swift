// SPDX-License-Identifier: Apache-2.0

/// The operations that a read and a write have in common: queries.
public protocol Queryable {
    /// The engine of the database, for the few statements that differ by engine.
    var engine: Engine { get }

    /// Runs a query and returns all rows, in the order of the result.
    func rows(_ sql: SQL) throws(DatabaseError) -> [Row]

    /// The answers to several statements, each as ``rows(_:)`` gives it. None of them may depend on the answer to
    /// another: PostgreSQL is asked all of them at once, in one round trip.
    func rows(ofEach statements: [SQL]) throws(DatabaseError) -> [[Row]]
}

extension Queryable {
    /// Runs a query and returns the first row, if there is one.
    public func row(_ sql: SQL) throws(DatabaseError) -> Row? {
        try rows(sql).first
    }
}

/// The database at one moment: all statements of one read see the same data.
///
/// It is not `Sendable`, and the bodies that receive it are synchronous, so it cannot be used after its body has ended.
public final class Snapshot: Queryable {
    private let session: Session

    init(session: Session) {
        self.session = session
    }

    /// The engine of the database.
    public var engine: Engine { session.connection.engine }

    /// Runs a query and returns all rows, in the order of the result.
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

    /// The first error of the engine, even when the body caught it.
    var failure: DatabaseError? { session.failure }
}

/// An open write transaction.
///
/// It is not `Sendable`, and the bodies that receive it are synchronous. So it cannot move to another task, and nothing
/// can be awaited while it is open: no network call ever happens under a row lock.
///
/// A statement that fails ends the transaction, on both engines. A body that catches the error and continues gets the
/// same error again, and nothing is stored. Expected conflicts are written with `ON CONFLICT`.
public final class Transaction: Queryable {
    /// The longest announcement in bytes; PostgreSQL takes less than 8,000.
    public static let announcementLimitBytes = 7_900

    /// A statement that runs at the end of the transaction, and the row that it changes.
    private struct DeferredStatement {
        let table: String
        let row: Int64
        var values: [Int64] = []
        let sql: ([Int64]) -> SQL
    }

    /// Deferred statements that are combined have the same key.
    private struct DeferredKey: Hashable {
        let table: String
        let row: Int64
        let purpose: String
    }

    /// Rows of one table that are inserted together.
    private struct CollectedRows {
        var values: [Int64: SQL] = [:]
        let statement: ([SQL]) -> SQL
    }

    /// The largest number of collected rows in one statement.
    private static let rowLimit = 64

    private let session: Session
    private(set) var announcements: [String] = []
    private var announced: Set<String> = []
    private var deferred: [DeferredStatement] = []
    /// The places of statements in `deferred` to which values may be added.
    private var combined: [DeferredKey: Int] = [:]
    /// The rows that are inserted together at the end, by table.
    private var collected: [String: CollectedRows] = [:]

    init(session: Session) {
        self.session = session
    }

    /// The engine of the database.
    public var engine: Engine { session.connection.engine }

    /// Runs a query and returns all rows, in the order of the result.
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

    /// Runs a statement without a result.
    ///
    /// PostgreSQL gets it together with the next statement whose result is needed, or at the end of the transaction. An
    /// error of this statement is thrown there.
    public func run(_ sql: SQL) throws(DatabaseError) {
        try session.send(sql)
    }

    /// Runs a statement and counts the rows that the statement itself inserted, updated or deleted.
    public func changed(_ sql: SQL) throws(DatabaseError) -> Int {
        try session.run(sql)
    }

    /// Runs a statement after all others of this transaction. Use it for a row that many transactions change, such as a
    /// count.
    ///
    /// The row is locked only during the commit. All transactions change such rows at their end and in the same order,
    /// by table and row id, so they cannot deadlock.
    public func deferUntilCommit(on table: String, row: Int64, _ sql: SQL) {
        deferred.append(DeferredStatement(table: table, row: row, sql: { _ in sql }))
    }

    /// Runs one statement for all values that this transaction gives for a row and a purpose, after all other
    /// statements. A transaction that counts many replies to one post changes the post's row once.
    ///
    /// - Parameters:
    ///   - purpose: what the statement changes, such as the name of a column.
    ///   - value: is passed to `statement` together with the values of the other calls, in the order of the calls.
    ///   - statement: the same for all calls with this table, row and purpose.
    public func deferUntilCommit(
        on table: String, row: Int64, for purpose: String, value: Int64, _ statement: @escaping ([Int64]) -> SQL
    ) {
        let same = DeferredKey(table: table, row: row, purpose: purpose)
        if let index = combined[same] {
            deferred[index].values.append(value)
        } else {
            combined[same] = deferred.count
            deferred.append(
                DeferredStatement(table: table, row: row, values: [value], sql: statement))
        }
    }

    /// Keeps a row that is inserted at the end of this transaction, together with the others of its table. Use it for
    /// rows that nothing reads in the same transaction. Until the end, a later call for the same row replaces the
    /// earlier one, and ``forgetCollected(in:row:)`` takes the row back.
    ///
    /// - Parameters:
    ///   - values: the row in the form that `statement` takes.
    ///   - statement: inserts rows; the same for all calls with this table.
    public func collect(in table: String, row: Int64, _ values: SQL, _ statement: @escaping ([SQL]) -> SQL) {
        collected[table, default: CollectedRows(statement: statement)].values[row] = values
    }

    /// Inserts nothing for a row that was collected before.
    public func forgetCollected(in table: String, row: Int64) {
        collected[table]?.values[row] = nil
    }

    /// Inserts the collected rows. The statements are for 1, 2, 4 rows and so on, so that all transactions share a few
    /// prepared statements.
    private func insertCollected() throws(DatabaseError) {
        for (_, rows) in collected.sorted(by: { $0.key < $1.key }) {
            var rest = rows.values.sorted { $0.key < $1.key }.map(\.value)[...]
            while !rest.isEmpty {
                var count = 1
                while count * 2 <= min(rest.count, Self.rowLimit) { count *= 2 }
                try run(rows.statement(Array(rest.prefix(count))))
                rest = rest.dropFirst(count)
            }
        }
    }

    /// Runs the deferred statements. It is called once, after the body.
    func finish() throws(DatabaseError) {
        try insertCollected()
        // The sort is stable, so the statements for one row run in the order in which they were added.
        for statement in deferred.sorted(by: { ($0.table, $0.row) < ($1.table, $1.row) }) {
            try run(statement.sql(statement.values))
        }
    }

    /// Sends `message` to every listener in every process, after the commit and only if the transaction commits.
    ///
    /// The same message is sent only once in one transaction. A message that is longer than ``announcementLimitBytes``
    /// or contains U+0000 makes the write fail with `.invalidValue`.
    public func announce(_ message: String) {
        guard message.utf8.count <= Self.announcementLimitBytes, !message.utf8.contains(0) else {
            session.fail(DatabaseError(.invalidValue, "an announcement is too long or holds U+0000"))
            return
        }
        if announced.insert(message).inserted { announcements.append(message) }
    }

    /// The first error of the engine, even when the body caught it.
    var failure: DatabaseError? { session.failure }
}

/// A connection during one body. It checks values, calls the statement observer and keeps the first error.
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
