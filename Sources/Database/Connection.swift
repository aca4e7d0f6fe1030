// SPDX-License-Identifier: Apache-2.0

/// A statement in the form that one engine gets.
struct Statement: Sendable {
    let text: String
    let values: [SQLValue]

    init(_ sql: SQL, for engine: Engine) {
        (text, values) = sql.rendered(for: engine)
    }

    /// Makes a statement of text without values, such as BEGIN or COMMIT.
    init(text: String) {
        self.text = text
        values = []
    }
}

/// One connection to one engine. Only the thread that opened it uses it, and its calls block that thread.
protocol Connection: AnyObject {
    var engine: Engine { get }

    /// Whether the connection can no longer be used and must be replaced.
    var isBroken: Bool { get }

    /// Whether the connection has to be replaced before the next body, because the server was silent since it was opened.
    var isStale: Bool { get }

    /// How often the engine has answered, so that one can tell whether it did since.
    var exchanges: UInt64 { get }

    /// From now on the statements belong to a call, which its caller may cancel.
    ///
    /// - Parameter readLimit: how long the body may take on SQLite; nil for no limit. PostgreSQL has a limit for each
    ///   statement.
    func begin(_ ticket: JobTicket, readLimit: Duration?)

    /// From now on nothing is cancelled any more. A second call does nothing.
    func end(_ ticket: JobTicket)

    /// Runs statements and reads their whole results. None of them depends on the result of another, so an engine behind
    /// a network is asked all of them at once.
    func rows(ofEach statements: [Statement]) throws(DatabaseError) -> [[Row]]

    /// Runs a statement and counts the rows that it changed.
    func run(_ statement: Statement) throws(DatabaseError) -> Int

    /// Runs a statement without waiting for its result. It runs before all later statements.
    ///
    /// A network engine sends it together with the next statement that is waited for. When it fails, that next
    /// statement throws its error, and the statements between them do not run.
    func send(_ statement: Statement) throws(DatabaseError)

    /// Starts the sent statements, without waiting for them.
    func flush() throws(DatabaseError)

    /// Waits until all sent statements are done.
    func settle() throws(DatabaseError)

    /// Rolls back the open transaction, whatever failed in it. It never throws.
    func rollBack()

    /// Prepares a statement, unless it is prepared already.
    func prepare(_ statement: Statement) throws(DatabaseError)

    /// Runs text from our own source without values: BEGIN, COMMIT, settings.
    func execute(_ text: String) throws(DatabaseError)
}

extension Connection {
    var isStale: Bool { false }

    /// Runs a statement and reads its whole result.
    func rows(_ statement: Statement) throws(DatabaseError) -> [Row] {
        try rows(ofEach: [statement]).first ?? []
    }
}
