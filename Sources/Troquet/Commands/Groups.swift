// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Database
internal import Federation
internal import Model
internal import Services
internal import Storage
internal import Vocabulary

/// `troquet group …`: creates and lists groups.
struct GroupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "group", abstract: "Groups.", subcommands: [Create.self, List.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Found a group.")
        @OptionGroup var options: NodeOptions
        @Argument(help: "3 to 30 of a-z, 0-9 and _; for ever.") var name: String
        @Option(name: .long, help: "What it is called.") var title: String
        @Option(name: .long, help: "What it is about.") var summary = ""
        @Flag(name: .long, help: "Who wants to write in it asks first. Everybody can still read it.")
        var approve = false
        @Flag(name: .long, help: "Answer in JSON.") var json = false

        func run() async throws {
            try await options.withNode { node in
                try await node.services.prepareNode()
                var draft = GroupDraft(name: name, title: title)
                draft.summary = summary
                draft.approvesFollowers = approve
                let group = try await node.services.createGroup(draft, as: .operator)
                Terminal.print(
                    ["id": JSON(group.id.description), "name": JSON(group.username), "url": JSON(group.iri)],
                    "@\(group.username) is founded: \(group.iri)", asJSON: json)
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "The groups of this node.")
        @OptionGroup var options: NodeOptions
        @Flag(name: .long, help: "Answer in JSON, a line each.") var json = false

        func run() async throws {
            try await options.withNode { node in
                for group in try await node.database.read({ db in try Storage.Accounts.groups(in: db) }) {
                    Terminal.print(
                        [
                            "id": JSON(group.id.description), "name": JSON(group.username),
                            "title": JSON(group.displayName), "url": JSON(group.iri),
                        ],
                        "@\(group.username)  \(group.displayName)", asJSON: json)
                }
            }
        }
    }
}

/// `troquet post create`: publishes a post as a member.
struct PostCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "post", abstract: "Posts.", subcommands: [Create.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Publish a post and print its address.")
        @OptionGroup var options: NodeOptions
        @Option(name: .long, help: "Who writes.") var account: String
        @Option(name: .long, help: "The group into which it is written.") var group: String?
        @Option(name: .long, help: "The address of what it answers.") var replyTo: String?
        @Option(name: .long, help: "A title, for a discussion.") var title = ""
        @Option(name: .long, help: "The text.") var text: String
        @Flag(name: .long, help: "Answer in JSON.") var json = false

        func run() async throws {
            try await options.withNode { node in
                var draft = PostDraft(text: text)
                draft.title = title
                if let group { draft.group = try await node.services.account(named: group, as: .operator).id }
                if let replyTo {
                    switch try await node.services.lookUp(replyTo, as: .operator) {
                    case .post(let id): draft.inReplyTo = id
                    case .event(let id): draft.event = id
                    case .account: throw ConfigurationError("--reply-to: “\(replyTo)” is no post.")
                    }
                }
                let id = try await node.services.publishPost(draft, as: try await node.principal(account))
                let url = node.federation.identifiers.post(id)
                Terminal.print(["id": JSON(id.description), "url": JSON(url)], url.string, asJSON: json)
            }
        }
    }
}
