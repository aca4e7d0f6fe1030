// SPDX-License-Identifier: Apache-2.0

public import Database
public import Logging
public import Model
internal import Storage

/// Takes mails from the queue in the database and hands them to a sender, until its task is cancelled.
///
/// A mail leaves the queue only after the sender has taken it, so a crash in between sends it twice, with one
/// Message-ID, and never loses it. Several workers may share a queue.
public struct MailWorker: Sendable {
    private let worker: QueueWorker<MailWork>

    /// - Parameters:
    ///   - database: where the queue is.
    ///   - sender: who carries the mails on.
    ///   - from: who writes.
    public init(
        database: Database, sender: any MailSender, from: Mailbox, clock: any Clock, logger: Logger
    ) {
        let work = MailWork(database: database, sender: sender, from: from, clock: clock, logger: logger)
        // One after the other, in the order in which they were written.
        var settings = QueueSettings(wakes: .mailWaits, every: .seconds(30), places: 1)
        settings.ahead = 7
        worker = QueueWorker(
            work, settings, in: QueueContext(database: database, clock: clock, logger: logger))
    }

    /// Sends what waits, then whatever comes. When the task is cancelled the mail in hand is still finished, and
    /// those leased with it go back.
    public func run() async { await worker.run() }

    /// Sends every mail that is due now.
    ///
    /// - Returns: how many were sent.
    @discardableResult
    public func sendWaiting() async -> Int {
        await worker.drain().count { $0 }
    }
}

/// Sends one mail.
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

    /// - Returns: whether the mail was sent.
    func perform(_ mail: QueuedMail) async throws -> Bool {
        do throws(MailError) {
            guard let recipient = MailAddress(mail.recipient) else { throw .refused("not an address") }
            try await sender.send(MailMessage(mail, to: recipient, from: from, date: clock.now))
        } catch {
            // Whoever is stopped in the middle leaves the mail to the next.
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
