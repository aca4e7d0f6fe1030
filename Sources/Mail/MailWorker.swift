// SPDX-License-Identifier: Apache-2.0

public import Database
public import Logging
public import Model
import Storage

/// Takes mails from the queue in the database and hands them to a sender, until its task is cancelled.
///
/// A mail leaves the queue only after the sender has taken it, so a crash in between sends it twice, with one
/// Message-ID, and never loses it. Several workers may share a queue.
public actor MailWorker {
    private let database: Database
    private let sender: any MailSender
    private let from: Mailbox
    private let clock: any Clock
    private let logger: Logger
    private let retry = MailRetry()

    /// How many mails one lease takes.
    private static let batch = 8
    /// How long they are ours. A sender's deadline times `batch` must be shorter.
    private static let lease = Duration.minutes(10)
    /// How often the queue is looked at when nobody tells.
    private static let poll = Duration.seconds(30)

    /// - Parameters:
    ///   - database: where the queue is.
    ///   - sender: who carries the mails on.
    ///   - from: who writes.
    public init(
        database: Database, sender: any MailSender, from: Mailbox, clock: any Clock, logger: Logger
    ) {
        self.database = database
        self.sender = sender
        self.from = from
        self.clock = clock
        self.logger = logger
    }

    /// Sends what waits, then whatever comes. When the task is cancelled the mail in hand is still finished, and
    /// those leased with it go back.
    public func run() async {
        await ChangeFeed(database).work(on: .mailWaits, every: Self.poll) { await sendWaiting() }
    }

    /// Sends every mail that is due now.
    ///
    /// - Returns: how many were sent.
    @discardableResult
    public func sendWaiting() async -> Int {
        var sent = 0
        do {
            while !Task.isCancelled {
                let now = clock.now
                let lease = now + Self.lease
                let mails = try await database.write { tx in
                    try MailQueue.lease(limit: Self.batch, now: now, until: lease, in: tx)
                }
                guard !mails.isEmpty else { break }
                sent += try await handle(mails, until: lease)
            }
        } catch {
            logger.warning("mail queue not reachable", metadata: ["error.kind": "\(error)"])
        }
        return sent
    }

    private func handle(_ mails: [QueuedMail], until lease: Timestamp) async throws -> Int {
        var sent = 0
        for mail in mails {
            if Task.isCancelled || clock.now >= lease {
                try await postpone(mail, until: clock.now)
            } else if try await handle(mail) {
                sent += 1
            }
        }
        return sent
    }

    /// - Returns: whether the mail was sent.
    private func handle(_ mail: QueuedMail) async throws -> Bool {
        do throws(MailError) {
            guard let recipient = MailAddress(mail.recipient) else { throw .refused("not an address") }
            try await sender.send(MailMessage(mail, to: recipient, from: from, date: clock.now))
        } catch {
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
        if case .unavailable = error, let wait = retry.wait(afterAttempt: mail.attempts) {
            logger.warning("mail put off", metadata: metadata)
            try await postpone(mail, until: clock.now + wait)
        } else {
            logger.warning("mail given up", metadata: metadata)
            try await finish(mail)
        }
    }

    private func finish(_ mail: QueuedMail) async throws {
        try await database.write { tx in try MailQueue.finish(mail.id, in: tx) }
    }

    private func postpone(_ mail: QueuedMail, until instant: Timestamp) async throws {
        try await database.write { tx in try MailQueue.postpone(mail.id, until: instant, in: tx) }
    }
}
