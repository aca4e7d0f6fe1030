// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Writes each message into a directory as one `.eml` file, for tests, demonstrations and nodes without a mail server.
///
/// A file appears whole or not at all, and only when it is on disk. It holds sign-in links, so only the node's own
/// user may read it. The system calls block for as long as the disk takes; there is one worker, and letters are small.
public struct MailDirectory: MailSender {
    private let path: String

    /// - Parameter path: made when it is missing, with the folders above it.
    public init(path: String) {
        self.path = path
    }

    /// Writes `ID.eml`; the same message again replaces the file with the same words.
    public func send(_ message: MailMessage) async throws(MailError) {
        try Self.make(path)
        let final = "\(path)/\(message.id).eml"
        let temporary = "\(path)/.\(message.id).tmp"
        do throws(MailError) {
            try Self.write(message.rendered(), to: temporary)
            guard rename(temporary, final) == 0 else { throw Self.failure("rename") }
        } catch {
            unlink(temporary)
            throw error
        }
        try Self.synchronize(directory: path)
    }

    private static func make(_ path: String) throws(MailError) {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
            throw failure("mkdir")
        }
        try make(String(path[..<slash]))
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure("mkdir") }
    }

    private static func write(_ bytes: [UInt8], to path: String) throws(MailError) {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure("open") }
        defer { close(file) }
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("write") }
            written += count
        }
        guard fsync(file) == 0 else { throw failure("fsync") }
    }

    private static func synchronize(directory: String) throws(MailError) {
        let file = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard file >= 0 else { throw failure("open directory") }
        defer { close(file) }
        guard fsync(file) == 0 else { throw failure("fsync directory") }
    }

    /// The error of the system call that has just failed.
    private static func failure(_ call: String) -> MailError {
        let code = errno
        return .unavailable("\(call): \(String(cString: strerror(code)))")
    }
}
