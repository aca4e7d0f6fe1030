// SPDX-License-Identifier: Apache-2.0

/// How long the database may keep a caller waiting. A limit that is nil does not exist.
public struct DatabaseLimits: Sendable {
    /// The longest run of one statement on PostgreSQL (`statement_timeout`).
    public var statement: Duration?
    /// The longest wait for a lock of another transaction on PostgreSQL (`lock_timeout`).
    public var lock: Duration?
    /// The longest silence of PostgreSQL while a result is awaited. Longer than `statement`, so that it ends only the
    /// wait for a server that does not respond any more. The connection is thrown away then.
    public var response: Duration?
    /// The longest silence of PostgreSQL, while calls are in hand or wait, until a new connection is tried. When that one
    /// gets no response within `probe` either, and no other connection got one, all calls end and none is begun until the
    /// server responds again. Nil: each call waits for itself.
    public var silence: Duration?
    /// The longest run of one reading body on SQLite.
    public var read: Duration?
    /// The longest wait for a SQLite file that another process has locked. All writes of a batch share it.
    public var busy = Duration.seconds(30)
    /// After this time a body is not run again, whatever the reason.
    public var retry: Duration?
    /// The longest wait for a free connection.
    public var wait: Duration?
    /// The largest number of calls that wait for a free connection.
    public var waiting: Int?
    /// The longest time to connect to PostgreSQL, in whole seconds, 2 or more.
    public var connect = Duration.seconds(30)
    /// After this silence the listener asks PostgreSQL whether it is still there.
    public var heartbeat = Duration.seconds(20)
    /// How long the listener waits for the response.
    public var heartbeatResponse = Duration.seconds(10)
    /// How long the health check waits.
    public var probe = Duration.seconds(60)
    /// How long PostgreSQL may take to accept a request to cancel, and then to end the cancelled statement. After that
    /// the connection is thrown away.
    public var cancellation = Duration.seconds(60)

    /// For migrations and commands: no limit for a statement, and long ones for everything else.
    public static let patient = DatabaseLimits()

    /// The limits of a process that serves requests.
    public static let serving = {
        var limits = DatabaseLimits()
        limits.statement = .seconds(30)
        limits.lock = .seconds(10)
        limits.response = .seconds(35)
        limits.silence = .milliseconds(1_500)
        limits.read = .seconds(10)
        limits.busy = .seconds(5)
        limits.connect = .seconds(10)
        limits.probe = .seconds(2)
        limits.cancellation = .seconds(3)
        limits.retry = .seconds(10)
        limits.wait = .seconds(15)
        limits.waiting = 2_048
        return limits
    }()

    /// The limits of the connection that only tells whether the database responds, and in which version the data is.
    var probing: DatabaseLimits {
        var limits = self
        guard let response else { return limits }
        limits.response = silence ?? min(response, probe)
        limits.busy = min(busy, probe)
        limits.connect = min(connect, probe)
        return limits
    }
}

/// How a database is opened.
public struct DatabaseOptions: Sendable {
    /// The number of reading threads of SQLite, at least 1. PostgreSQL has one connection more than this, 0 or more,
    /// and all of them read and write.
    public var readers = 3
    /// How long callers may wait.
    public var limits = DatabaseLimits.patient
    /// Whether the announcements of other processes are received, for which PostgreSQL needs one more connection.
    public var listens = true
    /// A number that identifies this process. On PostgreSQL the listening connection holds the shared advisory lock of
    /// this number, so that other processes know when this one is dead. Nil for no lock.
    public var session: Int64?
    /// Whether a missing SQLite file is created.
    public var createsFile = true
    /// Receives the text of each statement that a body runs, on the thread that runs it.
    public var onStatement: (@Sendable (String) -> Void)?
    /// Receives how long a body waited for a connection, each time that the body runs.
    public var onStart: (@Sendable (Duration) -> Void)?

    /// The options with their default values.
    public init() {}
}

extension Duration {
    /// The whole milliseconds, for the settings and system calls that take them: at least 1, at most 24 days.
    var wholeMilliseconds: Int32 {
        let (seconds, attoseconds) = components
        guard seconds < 2_000_000 else { return 2_000_000_000 }
        return Int32(clamping: max(1, seconds * 1_000 + attoseconds / 1_000_000_000_000_000))
    }
}
