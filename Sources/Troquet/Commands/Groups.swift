// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Database
internal import Federation
internal import Model
internal import Services
internal import Storage
internal import Vocabulary

/// `troquet group …`: creates, lists and changes groups.
struct GroupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "group", abstract: "Groups.",
        subcommands: [Create.self, List.self, Show.self, Change.self, Members.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Found a group.")
        @OptionGroup var options: NodeOptions
        @Argument(help: "3 to 30 of a-z, 0-9 and _; for ever.") var name: String
        @Option(name: .long, help: "What it is called.") var title: String
        @Option(name: .long, help: "What it is about.") var summary = ""
        @Flag(name: .long, help: "Who wants to write in it asks first. Everybody can still read it.")
        var approve = false
        @Flag(name: .customLong("private"), help: "Refused: what a group says can be read by everybody so far.")
        var isPrivate = false
        @Flag(name: .long, help: "Answer in JSON.") var json = false

        func run() async throws {
            try await options.withNode { node in
                guard !isPrivate else {
                    throw ConfigurationError(
                        "--private: no group is private so far, everybody can read what it says. With --approve only "
                            + "those whom it lets in write in it.")
                }
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

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "One group and its settings.")
        @OptionGroup var options: NodeOptions
        @Argument(help: "The group.") var name: String
        @Flag(name: .long, help: "Answer in JSON.") var json = false

        func run() async throws {
            try await options.withNode { node in
                let group = try await node.group(name)
                let (summary, waiting) = try await node.database.read { db in
                    (
                        try Storage.Accounts.summarySource(of: group.id, in: db) ?? "",
                        try Follows.pendingCount(of: group.id, in: db)
                    )
                }
                Terminal.print(
                    [
                        "id": JSON(group.id.description), "name": JSON(group.username),
                        "title": JSON(group.displayName), "summary": JSON(summary), "url": JSON(group.iri),
                        "approves_followers": JSON(group.approvesFollowers),
                        "followers": JSON(Int64(group.followerCount)), "requests": JSON(Int64(waiting)),
                    ],
                    """
                    @\(group.username)  \(group.displayName)  \(group.iri)
                      summary: \(summary)
                      followers: \(group.followerCount), requests: \(waiting)
                      new followers: \(group.approvesFollowers ? "wait for approval" : "come in at once")
                    """, asJSON: json)
            }
        }
    }

    struct Change: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change a group's title or summary; what is not named stays.")
        @OptionGroup var options: NodeOptions
        @Argument(help: "The group.") var name: String
        @Option(name: .long, help: "What it is called.") var title: String?
        @Option(name: .long, help: "What it is about.") var summary: String?

        func run() async throws {
            try await options.withNode { node in
                let group = try await node.group(name)
                let known = try await node.database.read { db in
                    try Storage.Accounts.summarySource(of: group.id, in: db)
                }
                try await node.services.editGroup(
                    group.id, title: title ?? group.displayName, summary: summary ?? known ?? "", as: .operator)
                Terminal.say("@\(group.username) is changed.")
            }
        }
    }

    struct Members: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Who is in a group, newest account first; with --requests who waits for approval.")
        @OptionGroup var options: NodeOptions
        @Argument(help: "The group.") var name: String
        @Flag(name: .long, help: "Those who wait for approval.") var requests = false
        @Flag(name: .long, help: "Answer in JSON, a line each.") var json = false

        func run() async throws {
            try await options.withNode { node in
                let group = try await node.group(name).id
                var page = PageRequest(limit: 80)
                while true {
                    let (asked, before) = (requests, page)
                    let people = try await node.database.read { db in
                        asked
                            ? try Follows.pending(of: group, before, in: db)
                            : try Follows.followers(of: group, before, in: db)
                    }
                    for person in people {
                        Terminal.print(
                            [
                                "id": JSON(person.id.description), "handle": JSON("\(person.handle)"),
                                "name": JSON(person.displayName), "url": JSON(person.iri),
                            ],
                            "\(person.handle)  \(person.displayName)", asJSON: json)
                    }
                    guard people.count == page.limit, let last = people.last else { return }
                    page = PageRequest(before: last.id.rawValue, limit: 80)
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
