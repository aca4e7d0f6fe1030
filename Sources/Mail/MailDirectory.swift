// SPDX-License-Identifier: Apache-2.0

internal import FileWriting

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
        do throws(FileError) {
            try Folder.make(path)
            try AtomicFile.write(message.rendered(), to: "\(path)/\(message.id).eml")
        } catch {
            throw .unavailable(error.description)
        }
    }
}
