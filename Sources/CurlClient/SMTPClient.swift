// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Limits
internal import Synchronization

/// Submits messages to one server, over a small number of connections that are used again.
///
/// libcurl blocks. So each submission runs on a thread of its own, never on a thread of Swift's pool, and there are at
/// most ``SMTPLimits/connections`` of them.
public final class SMTPClient: Sendable {
    private let server: SMTPServer
    private let greeting: String
    private let caFile: String?
    private let limits: SMTPLimits
    private let places: AsyncSemaphore<Int>
    private let idle = Mutex<[SMTPConnection]>([])

    /// - Parameters:
    ///   - server: where messages go.
    ///   - greeting: the name of this machine in `EHLO`: letters, digits, dots and hyphens.
    ///   - caFile: a PEM file with an additional certificate authority.
    public init(_ server: SMTPServer, greeting: String, caFile: String? = nil, limits: SMTPLimits = SMTPLimits()) {
        self.server = server
        self.greeting = greeting
        self.caFile = caFile
        self.limits = limits
        places = AsyncSemaphore(limit: limits.connections, waiterLimit: 1_000)
    }

    /// Submits one message.
    ///
    /// A connection from before may have been closed by the server meanwhile. When it ends before the server has
    /// accepted the sender, the message is submitted once more on a new connection.
    ///
    /// When the caller's task is cancelled, the submission ends, unless the message itself is already being sent: then
    /// the answer is waited for, because the message could otherwise be sent twice.
    public func submit(_ message: [UInt8], _ envelope: SMTPEnvelope) async -> SMTPOutcome {
        do {
            try await places.acquire(0)
        } catch {
            return SMTPOutcome(failure: .cancelled, dialogue: SMTPDialogue())
        }
        defer { places.release(0) }
        guard let connection = idle.withLock({ $0.popLast() }) ?? connect() else { return Self.cannot }
        let first = await submit(message, envelope, on: connection)
        guard first.wasReused, first.canBeRepeated else {
            if first.failure == nil { idle.withLock { $0.append(connection) } }
            return first
        }
        guard let fresh = connect() else { return first }
        let second = await submit(message, envelope, on: fresh)
        if second.failure == nil { idle.withLock { $0.append(fresh) } }
        return second
    }

    deinit {
        let closed = idle.withLock { $0 }
        // Each waits for the server's answer to its farewell.
        if !closed.isEmpty { _ = OwnThread.start { for connection in closed { connection.close() } } }
    }

    private static let cannot = SMTPOutcome(
        failure: .local, dialogue: SMTPDialogue(), detail: "libcurl could not be started")

    private func connect() -> SMTPConnection? {
        SMTPConnection(server, greeting: greeting, caFile: caFile, limits: limits)
    }

    private func submit(
        _ message: [UInt8], _ envelope: SMTPEnvelope, on connection: SMTPConnection
    ) async -> SMTPOutcome {
        let cancelled = Flag()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let hasStarted = OwnThread.start {
                    let outcome = connection.submit(message, envelope) { cancelled.isSet }
                    // After a failure nobody uses it again. It is closed here, because that blocks too.
                    if outcome.failure != nil { connection.close() }
                    continuation.resume(returning: outcome)
                }
                if !hasStarted { continuation.resume(returning: Self.cannot) }
            }
        } onCancel: {
            cancelled.set()
        }
    }
}

extension SMTPOutcome {
    /// Whether the server cannot have taken any part of the message, and the failure says nothing about it.
    fileprivate var canBeRepeated: Bool {
        switch failure {
        case .disconnected: dialogue.stage != .content && dialogue.stage != .data
        case .reply: dialogue.stage == .sender && dialogue.reply?.code == 421
        default: false
        }
    }
}

/// Whether a caller was cancelled.
private final class Flag: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { value.load(ordering: .sequentiallyConsistent) }

    func set() { value.store(true, ordering: .sequentiallyConsistent) }
}

/// A thread that does one thing.
public enum OwnThread {
    private final class Body: Sendable {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }

    /// Runs a function that blocks on a new thread.
    ///
    /// - Returns: whether the system gave a thread. If not, the function is never called.
    public static func start(_ run: @escaping @Sendable () -> Void) -> Bool {
        let body = Unmanaged.passRetained(Body(run))
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { raw in
                raw.map { Unmanaged<Body>.fromOpaque($0).takeRetainedValue().run() }
                return nil
            }, body.toOpaque())
        guard code == 0 else {
            body.release()
            return false
        }
        pthread_detach(thread)
        return true
    }
}
