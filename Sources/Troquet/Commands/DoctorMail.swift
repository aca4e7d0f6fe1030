// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import CurlClient
internal import Database
internal import Mail
internal import Model
internal import Storage

/// `troquet doctor mail`: sends one e-mail, prints what the mail server said, and checks what the DNS says about the
/// sender's domain.
struct DoctorMail: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mail", abstract: "Send one e-mail, and check SPF, DKIM and DMARC.")

    @OptionGroup var options: NodeOptions

    @Option(name: .long, help: "Who gets it; without it, the first steward with an address.")
    var to: String?

    @Flag(name: .long, help: "Ask the DNS nothing.")
    var noDns = false

    func run() async throws {
        try await options.withNode(for: .inspection) { node in
            let report = MailReport(node)
            let isSent = try await report.send(to: try await recipient(node)) { Terminal.say($0) }
            var isFine = isSent
            if !noDns {
                for finding in await report.domain(SystemTextRecords()) {
                    Terminal.say(Finding(check: finding.name, isFine: finding.isFine, text: finding.text).line)
                    isFine = isFine && finding.isFine
                }
            }
            if !isFine { throw ExitCode(1) }
        }
    }

    private func recipient(_ node: Node) async throws -> MailAddress {
        if let to {
            guard let address = MailAddress(to) else { throw ConfigurationError("--to: “\(to)” is no e-mail address.") }
            return address
        }
        let stewards = try await node.database.read { db in
            try LocalAccounts.list(after: nil, in: db).filter { $0.role == .steward && $0.account.isActive }
        }
        guard let address = stewards.lazy.compactMap({ $0.email.flatMap { MailAddress($0) } }).first else {
            throw ConfigurationError("No steward has an e-mail address: say who gets it with --to ADDRESS.")
        }
        return address
    }
}

/// What can be said about the mail of a node.
struct MailReport: Sendable {
    private let node: Node
    private var outlet: MailOutlet { node.settings.mail }

    init(_ node: Node) {
        self.node = node
    }

    /// One sentence for `troquet doctor`.
    ///
    /// - Throws: a sentence when nothing can be sent.
    func summary() async throws -> String {
        if let folder = outlet.folder {
            guard DiskRoom.isUsable(folder) else {
                throw ConfigurationError("smtp: nothing can be written into \(folder): is it a folder of this user?")
            }
            return "written into \(folder), and sent to nobody: no mail server is set, so people need a password"
        }
        let (status, counts, suppressed) = try await node.database.read { db in
            (try MailSenders.status(in: db), try MailQueue.counts(in: db), try MailSuppressions.count(in: db))
        }
        let waiting = "\(counts.waiting) wait"
        if let problem = status.problem {
            let since = status.since.map { " since \($0)" } ?? ""
            let advice = problem == .settings ? "correct smtp, mail_from or mail_return_path" : "is it up?"
            throw ConfigurationError("nothing is sent\(since): \(status.detail); \(waiting): \(advice)")
        }
        return
            "\(waiting), \(counts.failed) of the last 14 days were given up, \(suppressed) addresses get none; "
            + "`troquet doctor mail` sends one"
    }

    /// Sends one e-mail past the queue.
    ///
    /// - Returns: whether it was accepted.
    func send(to recipient: MailAddress, say: (String) -> Void) async throws -> Bool {
        var mail = QueuedMail(
            id: node.ids.make(at: node.clock.now), recipient: recipient.description,
            subject: "\(node.settings.community.name): e-mail works",
            body: """
                This e-mail was sent by `troquet doctor mail`. If you can read it, the node can tell people things.

                \(node.settings.community.origin)
                """)
        mail.language = "en"
        mail.identify(at: outlet.settings.from.address.domain)
        mail.returnToken = nil
        let message = MailMessage(
            mail, to: recipient, from: outlet.settings.from, returnPath: outlet.settings.returnPath,
            date: node.clock.now)
        guard let server = outlet.server else {
            do throws(MailError) {
                try await outlet.makeSender(clock: node.clock).send(message)
            } catch {
                throw ConfigurationError("smtp: \(error.reason)")
            }
            say("ok    mail: written into \(outlet.folder ?? "") as \(mail.id).eml; smtp names no mail server")
            return true
        }
        say("      \(Self.words(server)), from \(message.returnPath) to \(recipient)")
        let outcome: SMTPOutcome
        do throws(MailError) {
            outcome = try await outlet.makeSMTPSender(server, clock: node.clock).submit(message)
        } catch {
            throw ConfigurationError("mail: \(error.reason)")
        }
        for line in outcome.dialogue.lines { say("      \(line)") }
        if let error = MailError(outcome) {
            say(Finding(check: "mail", isFine: false, text: "\(error)").line)
            return false
        }
        say(Finding(check: "mail", isFine: true, text: "accepted as \(message.messageID)").line)
        return true
    }

    /// What the DNS says about the sender.
    func domain(_ records: any TextRecords) async -> [MailDomainCheck.Finding] {
        let from = outlet.settings.from.address
        let check = MailDomainCheck(
            from: from, returnPath: outlet.settings.returnPath?.mailbox ?? from, keys: outlet.keys, records: records)
        return await check.run()
    }

    private static func words(_ server: SMTPServer) -> String {
        let encryption =
            switch server.encryption {
            case .implicit: "TLS"
            case .startTLS: "STARTTLS"
            case .none: "without encryption"
            }
        let login = server.login.map { ", as \($0)" } ?? ""
        return "\(server.host) port \(server.port), \(encryption)\(login)"
    }
}
