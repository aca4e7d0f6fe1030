// SPDX-License-Identifier: Apache-2.0

public import Database
public import Logging
public import Model
internal import Storage

/// Takes e-mails from the queue in the database and gives them to a sender, until its task is cancelled.
///
/// An e-mail leaves the queue only after the sender has accepted it. So it is never lost, and after a crash it may be
/// sent twice with the same Message-ID. Several workers may share a queue.
public struct MailWorker: Sendable {
    private let worker: QueueWorker<MailWork>

    /// - Parameters:
    ///   - database: the database with the queue, the table `mail`.
    ///   - sender: sends the e-mails.
    ///   - from: the address in the field `From`.
    public init(
        database: Database, sender: any MailSender, from: Mailbox, clock: any Clock, logger: Logger
    ) {
        let work = MailWork(database: database, sender: sender, from: from, clock: clock, logger: logger)
        // One e-mail at a time, in the order in which they were enqueued.
        var settings = QueueSettings(wakes: .mailWaits, every: .seconds(30), places: 1)
        settings.ahead = 7
        worker = QueueWorker(
            work, settings, in: QueueContext(database: database, clock: clock, logger: logger))
    }

    /// Sends the e-mails that are due, then waits for the next ones. When the task is cancelled, the current e-mail is
    /// still sent, and the others that are leased go back to the queue.
    public func run() async { await worker.run() }

    /// Sends every e-mail that is due now.
    ///
    /// - Returns: how many were sent.
    @discardableResult
    public func sendWaiting() async -> Int {
        await worker.drain().count { $0 }
    }
}

/// Sends one e-mail.
private struct MailWork: QueueWork {
    let database: Database
    let sender: any MailSender
    let from: Mailbox
    let clock: any Clock
    let logger: Logger

    var queue: LeasedQueue { MailQueue.queue }

    func lease(_ limit: Int, _ lease: Lease, in tx: Transaction) throws -> [QueuedMail] {
        try MailQueue.lease(limit, lease, in: tx)
    }

    func keys(of mail: QueuedMail) -> [QueueKey] { [QueueKey(mail.id)] }

    /// - Returns: whether the e-mail was sent.
    func perform(_ mail: QueuedMail) async throws -> Bool {
        do throws(MailError) {
            guard let recipient = MailAddress(mail.recipient) else { throw .refused("not an address") }
            try await sender.send(MailMessage(mail, to: recipient, from: from, date: clock.now))
        } catch {
            // When this process is stopped, another worker sends the e-mail.
            if case .unavailable = error, Task.isCancelled { return false }
            try await settle(mail, after: error)
            return false
        }
        try await finish(mail)
        logger.debug("mail sent", metadata: ["mail.id": "\(mail.id)", "mail.attempt": "\(mail.attempts)"])
        return true
    }

    private func settle(_ mail: QueuedMail, after error: MailError) async throws {
        let metadata: Logger.Metadata = [
            "mail.id": "\(mail.id)", "mail.attempt": "\(mail.attempts)", "error.kind": "\(error)",
        ]
        let now = clock.now
        if case .unavailable = error,
            let next = queue.retry.nextTry(afterAttempts: mail.attempts, since: now, now: now, chance: 0)
        {
            logger.warning("mail put off", metadata: metadata)
            try await database.write { tx in try MailQueue.postpone(mail.id, until: next, in: tx) }
        } else {
            logger.warning("mail given up", metadata: metadata)
            try await finish(mail)
        }
    }

    private func finish(_ mail: QueuedMail) async throws {
        try await database.write { tx in try MailQueue.finish(mail.id, in: tx) }
    }
}
