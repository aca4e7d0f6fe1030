// SPDX-License-Identifier: Apache-2.0

public import Database
public import Logging
public import Model
public import Storage

/// How e-mails are sent.
public struct MailSettings: Sendable {
    /// The address in the field `From`.
    public var from: Mailbox
    /// Where reports of failures go; nil for the sender.
    public var returnPath: ReturnPath?
    /// How many are sent within an hour; nil for no limit.
    public var perHour: Int?

    /// Creates the value without a return path of its own and without a limit.
    public init(from: Mailbox) {
        self.from = from
    }
}

/// What became of an attempt, for counters.
public enum MailResult: String, Sendable, Hashable, CaseIterable {
    /// The server accepted the e-mail.
    case sent
    /// It is tried again.
    case postponed
    /// It was given up: the server refused it, or too much time passed.
    case failed
    /// It was not sent, because its address is on the suppression list, it came too late, or it is no longer true.
    case skipped
}

/// Takes e-mails from the queue in the database and gives them to a sender, until its task is cancelled.
///
/// An e-mail leaves the queue only after the sender has accepted it. So it is never lost. It is sent twice, with the same
/// Message-ID, only when this process dies between the acceptance and the commit, or when the connection ends so that
/// nobody knows whether the server has it. Several workers may share a queue.
public struct MailWorker: Sendable {
    private let worker: QueueWorker<MailWork>
    private let work: MailWork

    /// - Parameters:
    ///   - database: the database with the queue, the table `mail`.
    ///   - sender: sends the e-mails.
    ///   - settings: how they are sent.
    ///   - isStillTrue: whether what an e-mail says is still true. It is asked just before the e-mail leaves.
    ///   - onResult: is told the kind of each e-mail that was tried and what became of it.
    public init(
        database: Database, sender: any MailSender, settings: MailSettings, clock: any Clock, logger: Logger,
        isStillTrue: @escaping @Sendable (QueuedMail, Snapshot) throws -> Bool = { _, _ in true },
        onResult: @escaping @Sendable (String, MailResult) -> Void = { _, _ in }
    ) {
        work = MailWork(
            database: database, sender: sender, settings: settings, clock: clock, logger: logger,
            isStillTrue: isStillTrue, onResult: onResult)
        var queue = QueueSettings(wakes: .mailWaits, every: .seconds(30), places: max(1, sender.width))
        queue.ahead = 7
        worker = QueueWorker(work, queue, in: QueueContext(database: database, clock: clock, logger: logger))
    }

    /// Sends the e-mails that are due, then waits for the next ones. When the task is cancelled, the current e-mail is
    /// still sent, and the others that are leased go back to the queue.
    ///
    /// A process that starts may have other settings, so what was refused because of them is tried at once.
    public func run() async {
        await work.begin()
        await worker.run()
    }

    /// Sends every e-mail that is due now.
    ///
    /// - Returns: how many were sent.
    @discardableResult
    public func sendWaiting() async -> Int {
        await worker.drain().count { $0 }
    }
}
