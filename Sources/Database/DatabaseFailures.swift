// SPDX-License-Identifier: Apache-2.0

import Glibc
import Logging
import Synchronization

/// The failures that tell the operator that the database cannot be used as a whole.
///
/// A write that failed because the disk is full, or because another process holds the lock of the SQLite file, says so
/// for a minute, or until a write works. Afterwards only the next write can tell. Damage to the file, and a replaced file, end with the process.
final class DatabaseFailures: Sendable {
    private struct State {
        var lasting: DatabaseError?
        var recent: (error: DatabaseError, at: ContinuousClock.Instant)?

        /// The last failed write, unless it was long ago.
        var remembered: DatabaseError? {
            guard let recent, .now - recent.at < DatabaseFailures.memory else { return nil }
            return recent.error
        }
    }

    /// How long a failed write is remembered when none follows.
    private static let memory = Duration.seconds(60)

    private let engine: Engine
    private let logger: Logger
    private let state = Mutex(State())

    init(engine: Engine, logger: Logger) {
        self.engine = engine
        self.logger = logger
    }

    /// The failure that holds at present.
    var current: DatabaseError? {
        state.withLock { $0.lasting ?? $0.remembered }
    }

    /// Notes the failure of a read or a write.
    func note(_ error: any Error, isWrite: Bool) {
        guard let error = error as? DatabaseError else { return }
        switch error.kind {
        case .corrupt, .replaced:
            let isNew = state.withLock { state in
                defer { state.lasting = state.lasting ?? error }
                return state.lasting == nil
            }
            if isNew { logger.error("database unusable", metadata: ["error.kind": "\(error)"]) }
        case .full, .readOnly:
            if isWrite { remember(error) }
        case .unavailable where engine == .sqlite, .busy where engine == .sqlite:
            // Only SQLite: whether a server responds is asked when somebody wants to know, and on a server a lock concerns
            // single rows.
            if isWrite { remember(error) }
        default:
            break
        }
    }

    /// Forgets the last failed write when this commit shows that writes work.
    ///
    /// - Parameter hasWritten: whether the transaction changed anything. A worker that looks into an empty queue commits
    ///   without a write, also when the disk is full. But on SQLite it had the lock of the file.
    func noteCommit(hasWritten: Bool) {
        state.withLock { state in
            if hasWritten || state.recent?.error.kind == .busy { state.recent = nil }
        }
    }

    private func remember(_ error: DatabaseError) {
        let isNew = state.withLock { state in
            let known = state.remembered
            // A lock says nothing about the disk.
            if error.kind != .busy || known == nil || known?.kind == .busy { state.recent = (error, .now) }
            return known == nil
        }
        if isNew { logger.error("database cannot be written", metadata: ["error.kind": "\(error)"]) }
    }
}

/// Detects that the SQLite file was removed or replaced while it is open. What is written to a removed file is lost
/// when the process ends, so nothing may be written any more.
final class FileIdentity: Sendable {
    private struct Identity: Equatable {
        let device: UInt64
        let number: UInt64
    }

    private let path: String
    private let known = Mutex<Identity?>(nil)

    init(path: String) {
        self.path = path
    }

    /// Whether the file was seen once.
    var isKnown: Bool { known.withLock { $0 != nil } }

    /// Compares the file at the path with the one that was there at the first call.
    ///
    /// - Throws: `.replaced` when it is another one, or gone.
    func check() throws(DatabaseError) {
        let found = current()
        let isSame = known.withLock { known in
            if known == nil { known = found }
            return known == found
        }
        guard !isSame else { return }
        throw DatabaseError(
            .replaced,
            "The database file \(path) was removed or replaced while it was in use: nothing is written any more. "
                + "Put the right file in its place and start again.")
    }

    private func current() -> Identity? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Identity(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
    }
}
