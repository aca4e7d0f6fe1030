// SPDX-License-Identifier: Apache-2.0

internal import FileWriting
public import Model

/// Writes each message into a directory as one `.eml` file, for tests, demonstrations and nodes without a mail server.
///
/// A file is written atomically, and `send` returns only after it is on disk. It contains sign-in links, so only the
/// user of this process may read it. The system calls block until the disk has answered; there is only one worker, and
/// e-mails are small.
public struct MailDirectory: MailSender {
    private let path: String
    private let keys: [DKIMKey]
    private let clock: any Clock

    /// - Parameters:
    ///   - path: the directory. It is created with its parent folders when it is missing.
    ///   - keys: the keys that sign each message.
    public init(path: String, keys: [DKIMKey] = [], clock: any Clock = SystemClock()) {
        self.path = path
        self.keys = keys
        self.clock = clock
    }

    /// Writes `ID.eml`. Sending the same message again replaces the file.
    public func send(_ message: MailMessage) async throws(MailError) {
        let bytes = try message.signed(with: keys, at: clock.now)
        do throws(FileError) {
            try Folder.make(path)
            try AtomicFile.write(bytes, to: "\(path)/\(message.id).eml")
        } catch {
            throw .unavailable(error.description)
        }
    }
}
