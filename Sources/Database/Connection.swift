// SPDX-License-Identifier: Apache-2.0

/// A statement as one engine is given it.
struct Statement: Sendable {
    let text: String
    let values: [SQLValue]

    init(_ sql: SQL, for engine: Engine) {
        (text, values) = sql.rendered(for: engine)
    }

    /// Text without values: BEGIN, COMMIT.
    init(text: String) {
        self.text = text
        values = []
    }
}

/// One connection to one engine. It belongs to the thread that opened it, and its calls block that thread.
protocol Connection: AnyObject {
    var engine: Engine { get }

    /// Whether nothing more can be done with it than to open another.
    var isBroken: Bool { get }

    /// How often the engine has answered, so that one can tell whether it did since.
    var exchanges: UInt64 { get }

    /// Runs statements and reads their whole results. None of them depends on the result of another, so an engine behind
    /// a network is asked all of them at once.
    func rows(ofEach statements: [Statement]) throws(DatabaseError) -> [[Row]]

    /// Runs a statement and counts the rows it changed.
    func run(_ statement: Statement) throws(DatabaseError) -> Int

    /// Runs a statement for whose result nobody waits, before all that comes later.
    ///
    /// An engine behind a network does it together with the next statement that somebody waits for; when it fails, that
    /// one fails with its error, and nothing between them is done.
    func send(_ statement: Statement) throws(DatabaseError)

    /// Lets what was sent begin, without waiting.
    func flush() throws(DatabaseError)

    /// Waits until all that was sent is done.
    func settle() throws(DatabaseError)

    /// Ends the open transaction without a trace, whatever failed in it.
    func rollBack()

    /// Prepares a statement, or finds it prepared.
    func prepare(_ statement: Statement) throws(DatabaseError)

    /// Runs text of our own without values: BEGIN, COMMIT, settings.
    func execute(_ text: String) throws(DatabaseError)
}

extension Connection {
    /// Runs a statement and reads its whole result.
    func rows(_ statement: Statement) throws(DatabaseError) -> [Row] {
        try rows(ofEach: [statement]).first ?? []
    }
}
