// SPDX-License-Identifier: Apache-2.0

internal import FileWriting

/// Writes each message into a directory as one `.eml` file, for tests, demonstrations and nodes without a mail server.
///
/// A file is written atomically, and `send` returns only after it is on disk. It contains sign-in links, so only the
/// user of this process may read it. The system calls block until the disk has answered; there is only one worker, and
/// e-mails are small.
public struct MailDirectory: MailSender {
    private let path: String

    /// - Parameter path: the directory. It is created with its parent folders when it is missing.
    public init(path: String) {
        self.path = path
    }

    /// Writes `ID.eml`. Sending the same message again replaces the file.
    public func send(_ message: MailMessage) async throws(MailError) {
        do throws(FileError) {
            try Folder.make(path)
            try AtomicFile.write(message.rendered(), to: "\(path)/\(message.id).eml")
        } catch {
            throw .unavailable(error.description)
        }
    }
}
