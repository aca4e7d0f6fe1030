// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import CivilDates
internal import Federation
internal import Model
internal import Services
internal import Vocabulary

/// `troquet event …`: plans, publishes and cancels events.
struct EventCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "event", abstract: "Events.", subcommands: [Create.self, Cancel.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Plan and publish an event; print its address.")
        @OptionGroup var options: NodeOptions
        @Option(name: .long, help: "Who plans it.") var account: String
        @Option(name: .long, help: "The group whose event it is.") var group: String
        @Option(name: .long, help: "What it is called.") var title: String
        @Option(name: .long, help: "When it begins: 2026-09-04T09:00:00+02:00.") var start: String
        @Option(name: .long, help: "When it ends.") var end: String
        @Option(name: .long, help: "IANA name of the zone in which it is told.") var zone = "Europe/Paris"
        @Option(name: .long, help: "Where.") var place: String?
        @Option(name: .long, help: "Seats; none for no limit.") var capacity: Int?
        @Option(name: .long, help: "What it is about.") var text = ""
        @Flag(name: .long, help: "Answer in JSON.") var json = false

        func run() async throws {
            try await options.withNode { node in
                guard let start = Dates.parse(start), let end = Dates.parse(end) else {
                    throw ConfigurationError("--start and --end: 2026-09-04T09:00:00+02:00.")
                }
                var draft = EventDraft(
                    group: try await node.group(group).id, title: title, startsAt: Timestamp(start),
                    endsAt: Timestamp(end), timeZone: zone)
                draft.text = text
                draft.place = place.map { Place(name: $0) }
                draft.capacity = capacity
                let id = try await node.services.planEvent(draft, as: try await node.principal(account))
                let url = node.federation.identifiers.event(id)
                Terminal.print(["id": JSON(id.description), "url": JSON(url)], url.string, asJSON: json)
            }
        }
    }

    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Cancel an event; everybody who signed up is told.")
        @OptionGroup var options: NodeOptions
        @Option(name: .long, help: "Who cancels.") var account: String
        @Argument(help: "The event's address.") var url: String

        func run() async throws {
            try await options.withNode { node in
                guard case .event(let id) = try await node.services.lookUp(url, as: .operator) else {
                    throw ConfigurationError("“\(url)” is no event.")
                }
                try await node.services.cancelEvent(id, as: try await node.principal(account))
                Terminal.say("The event is cancelled.")
            }
        }
    }
}
