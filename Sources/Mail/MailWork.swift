// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Logging
internal import Model
internal import Storage
internal import Synchronization

// What happens to an e-mail after an attempt:
//
//  | the sender                    | this e-mail                                   | the others                     |
//  |---|---|---|
//  | accepts it                    | `sent`; stays for 14 days without its text    | go on                          |
//  | is unavailable, misconfigured | waits, and the attempt does not count         | wait: the sender rests         |
//  | postpones it                  | waits longer each time, three days at most    | go on                          |
//  | refuses it                    | `failed`, for stewards to see                 | go on                          |
//  | refuses the address           | the same, and the address is suppressed       | go on                          |
//
// An accepted e-mail must not be sent again because the database does not take that it was sent: a full disk, a server
// that restarts. So this process remembers it and writes until it can. Meanwhile it takes no other e-mail, because a
// lease cannot be written either.

/// Sends one e-mail.
struct MailWork: QueueWork {
    private enum Hurdle {
        case suppressed(SuppressedAddress)
        case untrue
        case resting
    }

    private let database: Database
    private let sender: any MailSender
    private let settings: MailSettings
    private let clock: any Clock
    private let logger: Logger
    private let isStillTrue: @Sendable (QueuedMail, Snapshot) throws -> Bool
    private let onResult: @Sendable (String, MailResult) -> Void
    private let accepted = AcceptedMails()

    init(
        database: Database, sender: any MailSender, settings: MailSettings, clock: any Clock, logger: Logger,
        isStillTrue: @escaping @Sendable (QueuedMail, Snapshot) throws -> Bool,
        onResult: @escaping @Sendable (String, MailResult) -> Void
    ) {
        self.database = database
        self.sender = sender
        self.settings = settings
        self.clock = clock
        self.logger = logger
        self.isStillTrue = isStillTrue
        self.onResult = onResult
    }

    var queue: LeasedQueue { MailQueue.queue }

    func lease(_ limit: Int, _ lease: Lease, in tx: Transaction) throws -> [QueuedMail] {
        try MailQueue.lease(limit, lease, perHour: settings.perHour, in: tx)
    }

    func keys(of mail: QueuedMail) -> [QueueKey] { [QueueKey(mail.id)] }

    func begin() async {
        do {
            _ = try await database.write { tx in
                if try MailSenders.status(in: tx).problem == .settings { try MailSenders.wake(in: tx) }
            }
        } catch {
            logger.debug("mail sender not woken", metadata: ["error.kind": "\(error)"])
        }
    }

    /// - Returns: whether the e-mail was sent.
    func perform(_ mail: QueuedMail) async throws -> Bool {
        if accepted.contains(mail.id) {
            try await finish(mail)
            return false
        }
        guard let recipient = MailAddress(mail.recipient) else {
            return try await giveUp(mail, "not an e-mail address", .failed)
        }
        if let end = mail.goodUntil, end <= clock.now {
            return try await giveUp(mail, "it would have come too late", .skipped)
        }
        switch try await hurdle(for: mail) {
        case .suppressed(let entry):
            return try await giveUp(mail, "the address takes no e-mail: \(entry.detail)", .skipped)
        case .untrue: return try await giveUp(mail, "it is no longer true", .skipped)
        case .resting:
            _ = try await database.write { [queue] tx in
                try queue.release([QueueKey(mail.id)], by: .thisProcess, in: tx)
            }
            return false
        case nil: break
        }
        let message = MailMessage(
            mail, to: recipient, from: settings.from, returnPath: settings.returnPath, date: clock.now)
        do throws(MailError) {
            try await sender.send(message)
        } catch {
            // When this process is stopped, another worker sends the e-mail.
            if case .unavailable = error, Task.isCancelled { return false }
            try await settle(mail, message, after: error)
            return false
        }
        accepted.insert(mail.id)
        try await finish(mail)
        onResult(mail.kind, .sent)
        logger.debug("mail sent", metadata: ["mail.id": "\(mail.id)", "mail.attempt": "\(mail.attempts)"])
        return true
    }

    private func hurdle(for mail: QueuedMail) async throws -> Hurdle? {
        let now = clock.now
        return try await database.read { [isStillTrue] db in
            if try !isStillTrue(mail, db) { return .untrue }
            if let entry = try MailSuppressions.find(mail.recipient, in: db) { return .suppressed(entry) }
            // Another e-mail that was leased together with this one may have found the server away.
            if let end = try MailSenders.status(in: db).restsUntil, end > now { return .resting }
            return nil
        }
    }

    // MARK: - After an attempt

    /// Records that the e-mail was sent. It tries again until the database takes it or the process is stopped.
    private func finish(_ mail: QueuedMail) async throws {
        while true {
            do {
                let now = clock.now
                let isBack = try await database.write { tx in
                    try MailQueue.finish(mail.id, at: now, in: tx)
                    return try MailSenders.recover(in: tx)
                }
                accepted.remove(mail.id)
                if isBack { logger.notice("mail server works again") }
                return
            } catch {
                logger.warning(
                    "mail sent and not recorded", metadata: ["mail.id": "\(mail.id)", "error.kind": "\(error)"])
                guard (try? await Task.sleep(for: .seconds(1))) != nil else { throw error }
            }
        }
    }

    private func settle(_ mail: QueuedMail, _ message: MailMessage, after error: MailError) async throws {
        switch error {
        case .unavailable(let reason): try await rest(.server, reason, after: mail)
        case .misconfigured(let reason): try await rest(.settings, reason, after: mail)
        case .postponed(let reason, let problem): try await postpone(mail, reason, problem)
        case .refused(let reason, let isAddress):
            log("mail refused", mail, error)
            try await giveUp(mail, reason, suppressing: isAddress ? message.to : nil)
        }
    }

    /// Lets the sender rest. The e-mail is tried after the others, so that it does not hold them up when it is the one
    /// that the server does not like.
    private func rest(_ problem: MailSenderStatus.Problem, _ reason: String, after mail: QueuedMail) async throws {
        let now = clock.now
        let detail = reason.replacing(mail.recipient, with: "…")
        let status = try await database.write { tx in
            let status = try MailSenders.rest(problem, detail, at: now, in: tx)
            try MailQueue.putBack(mail.id, until: (status.restsUntil ?? now) + .minutes(1), after: reason, in: tx)
            return status
        }
        report(status)
        onResult(mail.kind, .postponed)
    }

    private func report(_ status: MailSenderStatus) {
        let metadata: Logger.Metadata = [
            "error.kind": "\(status.detail)", "mail.failures": "\(status.failures)",
        ]
        if status.problem == .settings {
            logger.error("mail server refuses the settings, nothing is sent", metadata: metadata)
        } else {
            logger.warning("mail server not available", metadata: metadata)
        }
    }

    private func postpone(
        _ mail: QueuedMail, _ reason: String, _ problem: MailSenderStatus.Problem?
    ) async throws {
        let now = clock.now
        let next = queue.retry.nextTry(
            afterAttempts: mail.attempts, since: mail.firstFailedAt ?? now, now: now, chance: .random(in: 0..<1))
        guard let next else {
            _ = try await giveUp(mail, "given up after three days; at last: \(reason)", .failed)
            return
        }
        log("mail put off", mail, .postponed(reason))
        let detail = reason.replacing(mail.recipient, with: "…")
        let status = try await database.write { tx in
            try MailQueue.postpone(mail.id, until: next, after: reason, at: now, in: tx)
            return try problem.map { try MailSenders.rest($0, detail, at: now, in: tx) }
        }
        if let status { report(status) }
        onResult(mail.kind, .postponed)
    }

    private func giveUp(_ mail: QueuedMail, _ reason: String, suppressing address: MailAddress?) async throws {
        let now = clock.now
        _ = try await database.write { tx in
            try MailQueue.fail(mail.id, reason, at: now, in: tx)
            if let address { try MailSuppressions.add(address.description, .refused, reason, at: now, in: tx) }
            // The server was there and has answered.
            try MailSenders.recover(in: tx)
        }
        onResult(mail.kind, .failed)
    }

    private func giveUp(_ mail: QueuedMail, _ reason: String, _ result: MailResult) async throws -> Bool {
        let now = clock.now
        if result == .failed { log("mail given up", mail, .refused(reason)) }
        _ = try await database.write { tx in try MailQueue.fail(mail.id, reason, at: now, in: tx) }
        onResult(mail.kind, result)
        return false
    }

    private func log(_ message: Logger.Message, _ mail: QueuedMail, _ error: MailError) {
        // A server repeats the address that it refuses, and addresses do not belong into the log.
        let text = error.description.replacing(mail.recipient, with: "…")
        logger.warning(
            message,
            metadata: ["mail.id": "\(mail.id)", "mail.attempt": "\(mail.attempts)", "error.kind": "\(text)"])
    }
}

/// The e-mails that were accepted and are not recorded as sent yet.
private final class AcceptedMails: Sendable {
    private let ids = Mutex<Set<ID<QueuedMail>>>([])

    func contains(_ id: ID<QueuedMail>) -> Bool { ids.withLock { $0.contains(id) } }

    func insert(_ id: ID<QueuedMail>) { _ = ids.withLock { $0.insert(id) } }

    func remove(_ id: ID<QueuedMail>) { _ = ids.withLock { $0.remove(id) } }
}
