// SPDX-License-Identifier: Apache-2.0

import CSQLite
import Limits

/// One connection to a SQLite file, used by one thread only.
final class SQLiteConnection: Connection {
    enum Role {
        case writer
        case reader
        /// A short-lived connection for statements outside of a transaction.
        case administrator
    }

    private final class Prepared {
        let handle: OpaquePointer
        /// How much memory SQLite uses for it: some kilobytes, for the longest statements of a node 200.
        let bytes: Int
        /// SQLite's index of each parameter `$1 … $n`; 0 when the text does not contain it.
        let parameters: [Int32]
        var columns = Columns([])
        private var preparations: Int32 = -1

        init(handle: OpaquePointer, values: Int) {
            self.handle = handle
            bytes = Int(sqlite3_stmt_status(handle, SQLITE_STMTSTATUS_MEMUSED, 0))
            parameters = (0..<values).map { sqlite3_bind_parameter_index(handle, "$\($0 + 1)") }
        }

        /// Reads the column names again after SQLite has prepared the statement anew, which it does after a schema
        /// change.
        func refreshColumns() {
            let current = sqlite3_stmt_status(handle, SQLITE_STMTSTATUS_REPREPARE, 0)
            guard current != preparations else { return }
            preparations = current
            columns = Columns(
                (0..<sqlite3_column_count(handle)).map { index in
                    sqlite3_column_name(handle, index).map { String(cString: $0) } ?? ""
                })
        }
    }

    let engine = Engine.sqlite
    private(set) var isBroken = false
    /// The file is always there.
    let exchanges: UInt64 = 0
    private let handle: OpaquePointer
    /// The prepared statements, by their text.
    private var statements: LRUCache<String, Prepared>
    private let statementLimitBytes: Int
    /// How much memory the prepared statements use.
    private(set) var statementBytes = 0

    private let interruption = SQLiteInterruption()

    /// - Parameters:
    ///   - busy: how long the connection waits for the lock of another process.
    ///   - creates: whether a missing file is created.
    ///   - cacheCapacity: how many statements stay prepared.
    ///   - cacheBytes: how much memory they use at most, unless a single one needs more.
    init(
        path: String, role: Role, busy: Duration = .seconds(5), creates: Bool = true, cacheCapacity: Int = 256,
        cacheBytes: Int = 2 << 20
    ) throws(DatabaseError) {
        var opened: OpaquePointer?
        let creation = creates ? SQLITE_OPEN_CREATE : 0
        let flags = SQLITE_OPEN_READWRITE | creation | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        let code = sqlite3_open_v2(path, &opened, flags, nil)
        guard code == SQLITE_OK, let opened else {
            let reason = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close_v2(opened)
            throw DatabaseError(.unavailable, "The database file \(path) cannot be opened: \(reason).")
        }
        handle = opened
        statements = LRUCache(capacity: cacheCapacity)
        statementLimitBytes = cacheBytes
        sqlite3_busy_timeout(handle, busy.wholeMilliseconds)
        interruption.watch(handle)
        try configure(role)
    }

    deinit {
        for statement in statements.entries { sqlite3_finalize(statement.value.handle) }
        sqlite3_close_v2(handle)
    }

    /// Whether no transaction is open. SQLite ends a transaction by itself when the disk is full or fails.
    var isOutsideTransaction: Bool { sqlite3_get_autocommit(handle) != 0 }

    var preparedCount: Int { statements.count }

    /// How many rows this connection has changed since it was opened, also in transactions that were rolled back.
    var changeCount: Int64 { sqlite3_total_changes64(handle) }

    private func configure(_ role: Role) throws(DatabaseError) {
        try execute("PRAGMA foreign_keys = ON")
        switch role {
        case .writer:
            try execute("PRAGMA journal_mode = WAL")
            try execute("PRAGMA synchronous = FULL")
            // What is deleted is overwritten with zeros, so that it is not in a copy of the file.
            try execute("PRAGMA secure_delete = ON")
            try execute("PRAGMA journal_size_limit = 67108864")
            // After so many pages of 4 KiB the log is copied into the file. A page that many transactions change is
            // copied once, so fewer copies write less.
            try execute("PRAGMA wal_autocheckpoint = 4000")
        case .reader:
            try execute("PRAGMA query_only = ON")
        case .administrator:
            break
        }
    }

    func begin(_ ticket: JobTicket, readLimit: Duration?) { interruption.begin(ticket, limit: readLimit) }

    func end(_ ticket: JobTicket) { interruption.end() }

    func execute(_ text: String) throws(DatabaseError) {
        let code = sqlite3_exec(handle, text, nil, nil, nil)
        guard code == SQLITE_OK else { throw error(code, text) }
    }

    func prepare(_ statement: Statement) throws(DatabaseError) {
        _ = try prepared(statement)
    }

    func rows(ofEach statements: [Statement]) throws(DatabaseError) -> [[Row]] {
        try statements.map { statement throws(DatabaseError) in try rows(statement) }
    }

    func rows(_ statement: Statement) throws(DatabaseError) -> [Row] {
        let prepared = try prepared(statement)
        defer {
            sqlite3_reset(prepared.handle)
            sqlite3_clear_bindings(prepared.handle)
        }
        try bind(statement, to: prepared)
        var rows: [Row] = []
        while true {
            let code = sqlite3_step(prepared.handle)
            guard code == SQLITE_ROW else {
                guard code == SQLITE_DONE else { throw error(code, statement.text) }
                return rows
            }
            if rows.isEmpty { prepared.refreshColumns() }
            rows.append(read(prepared))
        }
    }

    func run(_ statement: Statement) throws(DatabaseError) -> Int {
        let before = sqlite3_total_changes64(handle)
        _ = try rows(statement)
        // `sqlite3_changes64` still has the count of an earlier statement when this one changes nothing.
        return sqlite3_total_changes64(handle) == before ? 0 : Int(sqlite3_changes64(handle))
    }

    func send(_ statement: Statement) throws(DatabaseError) {
        _ = try rows(statement)
    }

    // SQLite has no pipeline: `send` runs the statement at once.
    func flush() {}
    func settle() {}

    func rollBack() {
        if !isOutsideTransaction { try? execute("ROLLBACK") }
    }

    private func prepared(_ statement: Statement) throws(DatabaseError) -> Prepared {
        if let known = statements.value(for: statement.text) { return known }
        var text = statement.text
        var handle: OpaquePointer?
        var code: Int32 = SQLITE_OK
        var rest = 0
        text.withUTF8 { utf8 in
            var tail: UnsafePointer<CChar>?
            utf8.withMemoryRebound(to: CChar.self) { characters in
                code = sqlite3_prepare_v3(
                    self.handle, characters.baseAddress, Int32(clamping: characters.count),
                    UInt32(SQLITE_PREPARE_PERSISTENT), &handle, &tail)
                guard let tail, let base = characters.baseAddress else { return }
                rest = characters[(tail - base)...].count { $0 > 32 }
            }
        }
        guard code == SQLITE_OK else { throw error(code, statement.text) }
        guard let handle else {
            throw DatabaseError(.syntax, "the statement is empty", statement: statement.text)
        }
        guard rest == 0 else {
            sqlite3_finalize(handle)
            throw DatabaseError(.syntax, "there is more than one statement", statement: statement.text)
        }
        let prepared = Prepared(handle: handle, values: statement.values.count)
        keep(prepared, for: statement.text)
        return prepared
    }

    private func keep(_ prepared: Prepared, for text: String) {
        statementBytes += prepared.bytes
        if let evicted = statements.insert(prepared, for: text) { finalize(evicted.value) }
        while statementBytes > statementLimitBytes, statements.count > 1, let oldest = statements.removeOldest() {
            finalize(oldest.value)
        }
    }

    private func finalize(_ prepared: Prepared) {
        statementBytes -= prepared.bytes
        sqlite3_finalize(prepared.handle)
    }

    private func bind(_ statement: Statement, to prepared: Prepared) throws(DatabaseError) {
        for (value, index) in zip(statement.values, prepared.parameters) {
            let code = bind(value, at: index, of: prepared.handle)
            guard code == SQLITE_OK else { throw error(code, statement.text) }
        }
    }

    private func bind(_ value: SQLValue, at index: Int32, of handle: OpaquePointer) -> Int32 {
        switch value {
        case .null:
            return sqlite3_bind_null(handle, index)
        case .integer(let number):
            return sqlite3_bind_int64(handle, index, number)
        case .boolean(let flag):
            return sqlite3_bind_int64(handle, index, flag ? 1 : 0)
        case .real(let number):
            return sqlite3_bind_double(handle, index, number)
        case .text(var text):
            return text.withUTF8 { utf8 in
                guard let base = utf8.baseAddress, !utf8.isEmpty else {
                    return sqlite3_bind_text(handle, index, "", 0, troquet_sqlite_transient())
                }
                return utf8.withMemoryRebound(to: CChar.self) { _ in
                    let characters = UnsafeRawPointer(base).assumingMemoryBound(to: CChar.self)
                    return sqlite3_bind_text64(
                        handle, index, characters, UInt64(utf8.count), troquet_sqlite_transient(), UInt8(SQLITE_UTF8))
                }
            }
        case .bytes(let bytes):
            guard !bytes.isEmpty else { return sqlite3_bind_zeroblob(handle, index, 0) }
            return sqlite3_bind_blob64(handle, index, bytes, UInt64(bytes.count), troquet_sqlite_transient())
        }
    }

    private func read(_ prepared: Prepared) -> Row {
        let handle = prepared.handle
        var values: [SQLValue] = []
        values.reserveCapacity(prepared.columns.names.count)
        for index in 0..<Int32(prepared.columns.names.count) {
            values.append(value(at: index, of: handle))
        }
        return Row(columns: prepared.columns, values: values)
    }

    private func value(at index: Int32, of handle: OpaquePointer) -> SQLValue {
        switch sqlite3_column_type(handle, index) {
        case SQLITE_INTEGER:
            return .integer(sqlite3_column_int64(handle, index))
        case SQLITE_FLOAT:
            return .real(sqlite3_column_double(handle, index))
        case SQLITE_TEXT:
            guard let start = sqlite3_column_text(handle, index) else { return .text("") }
            let length = Int(sqlite3_column_bytes(handle, index))
            return .text(String(decoding: UnsafeBufferPointer(start: start, count: length), as: UTF8.self))
        case SQLITE_BLOB:
            guard let start = sqlite3_column_blob(handle, index) else { return .bytes([]) }
            return .bytes(Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, index)))))
        default:
            return .null
        }
    }

    private func error(_ code: Int32, _ text: String) -> DatabaseError {
        let kind = DatabaseError.Kind(sqliteCode: code)
        if kind == .unavailable { isBroken = true }
        return DatabaseError(kind, String(cString: sqlite3_errmsg(handle)), statement: text)
    }
}
