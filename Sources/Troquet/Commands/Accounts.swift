// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Database
internal import Model
internal import Services
internal import Storage
internal import Vocabulary

/// `troquet account …`: manages members.
struct AccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account", abstract: "Members.",
        subcommands: [
            Create.self, List.self, Approve.self, Suspend.self, Delete.self, RoleOf.self, SignInLink.self, Reset.self,
            Invite.self,
        ])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make a member.")
        @OptionGroup var options: NodeOptions
        @Argument(help: "3 to 30 of a-z, 0-9 and _; for ever.") var name: String
        @Option(name: .long, help: "What people call them.") var displayName = ""
        @Option(name: .long, help: "Where sign-in links go.") var email = ""
        @Option(name: .long, help: "A password; none to sign in by link.") var password = ""
        @Option(name: .long, help: "member, moderator or steward.") var role = "member"
        @Flag(name: .long, help: "Answer in JSON.") var json = false

        func run() async throws {
            try await options.withNode { node in
                guard let role = Role(rawValue: role) else {
                    throw ConfigurationError("--role: member, moderator or steward.")
                }
                try await node.services.prepareNode()
                var signUp = SignUp(name: name, email: email)
                signUp.displayName = displayName
                signUp.password = password
                let account = try await node.services.createAccount(signUp, role: role, as: .operator)
                Terminal.print(
                    ["id": JSON(account.id.description), "name": JSON(account.username), "url": JSON(account.iri)],
                    "@\(account.username) is a \(role.rawValue): \(account.iri)", asJSON: json)
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Everybody, also those who wait.")
        @OptionGroup var options: NodeOptions
        @Flag(name: .long, help: "Answer in JSON, a line each.") var json = false

        func run() async throws {
            try await options.withNode { node in
                var last: ID<Account>?
                while true {
                    let after = last
                    let page = try await node.database.read { db in try LocalAccounts.list(after: after, in: db) }
                    for local in page { Self.show(local, asJSON: json) }
                    guard let next = page.last?.account.id else { break }
                    last = next
                }
            }
        }

        private static func show(_ local: LocalAccount, asJSON json: Bool) {
            let state =
                local.account.suspendedAt != nil ? "suspended" : local.approvedAt == nil ? "waiting" : "active"
            Terminal.print(
                [
                    "id": JSON(local.account.id.description), "name": JSON(local.account.username),
                    "role": JSON(local.role.rawValue), "state": JSON(state),
                ],
                "@\(local.account.username)  \(local.role.rawValue)  \(state)", asJSON: json)
        }
    }

    struct Approve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let somebody in who asked.")
        @OptionGroup var options: NodeOptions
        @Argument(help: "Who.") var name: String

        func run() async throws {
            try await options.withNode { node in
                try await node.services.approveSignUp(try await node.local(name).id, as: .operator)
                Terminal.say("@\(name) is in.")
            }
        }
    }

    struct Suspend: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Suspend an account of this node or another.")
        @OptionGroup var options: NodeOptions
        @Argument(help: "@name, or @name@host.") var handle: String
        @Flag(name: .long, help: "End the suspension.") var undo = false

        func run() async throws {
            try await options.withNode { node in
                guard let handle = Handle(handle),
                    let account = try await node.database.read({ db in try Storage.Accounts.byHandle(handle, in: db) })
                else { throw ConfigurationError("There is no account “\(handle)” here.") }
                try await node.services.suspend(account.id, !undo, as: .operator)
                Terminal.say(undo ? "\(account.handle) may act again." : "\(account.handle) is suspended.")
            }
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete a member for good; the name is not given again.")
        @OptionGroup var options: NodeOptions
        @Argument(help: "Who.") var name: String

        func run() async throws {
            try await options.withNode { node in
                let id = try await node.local(name).id
                try await node.services.deleteAccount(id, as: .operator) { progress in
                    let left = progress.serversLeft
                    let servers = left == 0 ? "" : "; \(left) servers are still to be told"
                    Terminal.say("\(progress.removed) posts, favourites, follows … are deleted\(servers)")
                }
                Terminal.say("@\(name) is deleted. The running node tells the other servers.")
            }
        }
    }

    struct RoleOf: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "role", abstract: "Give more or less power.")
        @OptionGroup var options: NodeOptions
        @Argument(help: "Who.") var name: String
        @Argument(help: "member, moderator or steward.") var role: String

        func run() async throws {
            try await options.withNode { node in
                guard let role = Role(rawValue: role) else {
                    throw ConfigurationError("A role is member, moderator or steward.")
                }
                try await node.services.setRole(try await node.local(name).id, role, as: .operator)
                Terminal.say("@\(name) is a \(role.rawValue).")
            }
        }
    }

    struct SignInLink: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "link", abstract: "A link by which a member signs in, once, within a day.")
        @OptionGroup var options: NodeOptions
        @Argument(help: "Who.") var name: String

        func run() async throws {
            try await options.withNode { node in
                let id = try await node.local(name).id
                Terminal.say(try await node.services.makeSignInLink(for: id, as: .operator))
            }
        }
    }

    struct Reset: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Forget a member's password, end all sessions and app access, and print a link to sign in by.")
        @OptionGroup var options: NodeOptions
        @Argument(help: "Who.") var name: String

        func run() async throws {
            try await options.withNode { node in
                Terminal.say(try await node.services.resetPassword(of: try await node.local(name).id, as: .operator))
            }
        }
    }

    struct Invite: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "An invitation for one person, valid for a week.")
        @OptionGroup var options: NodeOptions

        func run() async throws {
            try await options.withNode { node in
                let token = try await node.services.invite(as: .operator)
                Terminal.say("\(node.settings.community.origin)/sign-up?invitation=\(token)")
            }
        }
    }
}
