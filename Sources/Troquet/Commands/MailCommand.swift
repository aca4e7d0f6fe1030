// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Database
internal import Mail
internal import Model
internal import Services
internal import Storage
internal import Vocabulary

#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

/// `troquet mail …`: the queue of e-mails, addresses that get none, reports that come back, keys.
struct MailCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mail", abstract: "E-mails that wait or failed, and addresses that get none.",
        subcommands: [
            List.self, Retry.self, Drop.self, Suppressed.self, Suppress.self, Allow.self, Bounce.self, Keys.self,
        ])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "E-mails, the newest first.")
        @OptionGroup var options: NodeOptions
        @Option(name: .long, help: "waiting, failed or sent.") var state = "waiting"
        @Option(name: .long, help: "How many at most.") var limit = 100
        @Flag(name: .long, help: "Answer in JSON, a line each.") var json = false

        func run() async throws {
            try await options.withNode { node in
                guard let state = MailRecord.State(rawValue: state) else {
                    throw ConfigurationError("--state: waiting, failed or sent.")
                }
                let count = max(1, min(limit, 10_000))
                for mail in try await node.database.read({ db in try MailQueue.list(state, limit: count, in: db) }) {
                    Terminal.print(
                        [
                            "id": JSON(mail.id.description), "recipient": JSON(mail.recipient), "kind": JSON(mail.kind),
                            "state": JSON(mail.state.rawValue), "attempts": JSON(Int64(mail.attempts)),
                            "created_at": JSON(mail.createdAt.description), "failure": JSON(mail.failure),
                        ],
                        "\(mail.id)  \(mail.createdAt)  \(mail.kind)  \(mail.recipient)  \(mail.failure)", asJSON: json)
                }
            }
        }
    }

    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Try an e-mail again now.")
        @OptionGroup var options: NodeOptions
        @Argument(help: "Its id, from `troquet mail list`.") var id: String

        func run() async throws {
            try await options.withNode { node in
                try await node.services.retryMail(try mailID(id), as: .operator)
                Terminal.say("\(id) is tried again.")
            }
        }
    }

    struct Drop: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Delete an e-mail that waits or failed.")
        @OptionGroup var options: NodeOptions
        @Argument(help: "Its id, from `troquet mail list`.") var id: String

        func run() async throws {
            try await options.withNode { node in
                try await node.services.dropMail(try mailID(id), as: .operator)
                Terminal.say("\(id) is deleted.")
            }
        }
    }

    struct Suppressed: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "The addresses that get no e-mail.")
        @OptionGroup var options: NodeOptions
        @Flag(name: .long, help: "Answer in JSON, a line each.") var json = false

        func run() async throws {
            try await options.withNode { node in
                var last: String?
                while case let page = try await node.database.read({ [last] db in
                    try MailSuppressions.list(after: last, limit: 200, in: db)
                }), !page.isEmpty {
                    for entry in page {
                        Terminal.print(
                            [
                                "address": JSON(entry.address), "reason": JSON(entry.reason.rawValue),
                                "detail": JSON(entry.detail), "since": JSON(entry.since.description),
                            ],
                            "\(entry.address)  \(entry.reason.rawValue)  \(entry.since)  \(entry.detail)", asJSON: json)
                    }
                    last = page.last?.address
                }
            }
        }
    }

    struct Suppress: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Send no e-mail to an address.")
        @OptionGroup var options: NodeOptions
        @Argument(help: "The address.") var address: String

        func run() async throws {
            try await options.withNode { node in
                try await node.services.suppressMail(to: address, as: .operator)
                Terminal.say("\(address) gets no more e-mails.")
            }
        }
    }

    struct Allow: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Send e-mails to an address again.")
        @OptionGroup var options: NodeOptions
        @Argument(help: "The address.") var address: String

        func run() async throws {
            try await options.withNode { node in
                let wasThere = try await node.services.allowMail(to: address, as: .operator)
                Terminal.say(wasThere ? "\(address) gets e-mails again." : "\(address) was not on the list.")
            }
        }
    }

    struct Bounce: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read a report of a failed delivery from standard input.",
            discussion: """
                A mail server calls it for what arrives at the return path. With Postfix, in /etc/aliases:
                bounces: "|/usr/local/bin/troquet mail bounce --config /etc/troquet/troquet.yaml"
                """)
        @OptionGroup var options: NodeOptions

        func run() async throws {
            let message = StandardInput.bytes(limit: BounceReport.limitBytes)
            try await options.withNode { node in
                guard let returnPath = node.settings.mail.settings.returnPath else {
                    throw ConfigurationError("mail_return_path: it is the sender, so no report can be recognized.")
                }
                guard let report = BounceReport(message, returnPath: returnPath) else {
                    Terminal.say("Not for a return path of this node: nothing changed.")
                    return
                }
                guard report.isFailure else {
                    Terminal.say("No report of a failure: nothing changed.")
                    return
                }
                let words = [report.status, report.diagnostic].filter { !$0.isEmpty }.joined(separator: " ")
                let detail = "it came back: \(words)"
                guard
                    let mail = try await node.services.recordBounce(
                        of: report.token, isAboutAddress: report.isAboutAddress, detail: detail, as: .operator)
                else {
                    Terminal.say("The e-mail is not known any more: nothing changed.")
                    return
                }
                Terminal.say(
                    report.isAboutAddress
                        ? "\(mail.recipient) gets no more e-mails (\(words))." : "\(mail.id) came back (\(words)).")
            }
        }
    }

    struct Keys: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "The DNS records of the DKIM keys.")
        @OptionGroup var options: NodeOptions

        func run() async throws {
            do {
                let keys = try NodeSettings(try options.configuration()).mail.keys
                if keys.isEmpty { Terminal.say("No key is set: see dkim_key_file.") }
                for key in keys { Terminal.say("\(key.recordName). TXT \"\(key.record)\"") }
            } catch {
                throw Failure.say(error)
            }
        }
    }

    private static func mailID(_ text: String) throws -> ID<QueuedMail> {
        guard let id = ID<QueuedMail>(text) else { throw ConfigurationError("“\(text)” is no id of an e-mail.") }
        return id
    }
}

/// Reads what another program pipes into this one.
private enum StandardInput {
    static func bytes(limit: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        // The rest is read too, so that the other program does not fail while it writes.
        var part = [UInt8](repeating: 0, count: 65_536)
        while case let count = read(STDIN_FILENO, &part, part.count), count > 0 {
            bytes += part.prefix(min(count, limit - bytes.count))
        }
        return bytes
    }
}
