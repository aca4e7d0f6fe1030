// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import CivilDates
internal import Database
internal import Federation
internal import Model
internal import Services
internal import Storage
internal import Vocabulary

/// `troquet event …`: plans, lists, changes and cancels events.
struct EventCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "event", abstract: "Events.",
        subcommands: [Create.self, List.self, Show.self, Change.self, Postpone.self, Cancel.self])

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
                var draft = EventDraft(
                    group: try await node.group(group).id, title: title,
                    startsAt: try EventCommand.time(start, "--start"), endsAt: try EventCommand.time(end, "--end"),
                    timeZone: zone)
                draft.text = text
                draft.place = place.map { Place(name: $0) }
                draft.capacity = capacity
                let id = try await node.services.planEvent(draft, as: try await node.principal(account))
                let url = node.federation.identifiers.event(id)
                Terminal.print(["id": JSON(id.description), "url": JSON(url)], url.string, asJSON: json)
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The events on the agenda, the next one first; with --past those that are over.")
        @OptionGroup var options: NodeOptions
        @Flag(name: .long, help: "Those that are over, the latest first.") var past = false
        @Option(name: .long, help: "At most so many.") var limit = 100
        @Flag(name: .long, help: "Answer in JSON, a line each.") var json = false

        func run() async throws {
            try await options.withNode { node in
                guard limit > 0 else { throw ConfigurationError("--limit: a number from 1.") }
                let (now, mode) = (node.clock.now, node.settings.community.mode)
                var after: (Timestamp, ID<Event>)?
                var rest = limit
                while rest > 0 {
                    let (count, start) = (min(rest, 100), after)
                    let page = try await node.database.read { [past] db in
                        let ids =
                            past
                            ? try Events.past(
                                before: now, scope: .community, limit: count, after: start, viewer: nil, mode: mode,
                                in: db)
                            : try Events.upcoming(
                                from: now, scope: .community, limit: count, after: start, viewer: nil, mode: mode,
                                in: db)
                        return try EventViews.load(ids, viewer: nil, in: db)
                    }
                    for view in page { Terminal.print(EventCommand.json(view), EventCommand.line(view), asJSON: json) }
                    guard page.count == count, let last = page.last?.event else { return }
                    (after, rest) = ((last.startsAt, last.id), rest - count)
                }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "One event with its place and the number of guests.")
        @OptionGroup var options: NodeOptions
        @Argument(help: "The event's address.") var url: String
        @Flag(name: .long, help: "Answer in JSON.") var json = false

        func run() async throws {
            try await options.withNode { node in
                let view = try await node.event(url)
                let event = view.event
                var lines = [EventCommand.line(view), "  group: \(view.owner.handle)", "  zone: \(event.timeZone)"]
                if let place = event.place { lines.append("  place: \(place.line)") }
                if let capacity = event.capacity { lines.append("  seats: \(capacity)") }
                lines.append("  going: \(view.going), waiting: \(view.waiting)")
                if let source = event.source, !source.isEmpty { lines.append("  text: \(source)") }
                Terminal.print(EventCommand.json(view), lines.joined(separator: "\n"), asJSON: json)
            }
        }
    }

    struct Change: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change an event; what is not named stays. Everybody who signed up is told of a new time.")
        @OptionGroup var options: NodeOptions
        @Option(name: .long, help: "Who changes it.") var account: String
        @Argument(help: "The event's address.") var url: String
        @Option(name: .long, help: "What it is called.") var title: String?
        @Option(name: .long, help: "When it begins: 2026-09-04T09:00:00+02:00.") var start: String?
        @Option(name: .long, help: "When it ends.") var end: String?
        @Option(name: .long, help: "IANA name of the zone in which it is told.") var zone: String?
        @Option(name: .long, help: "Where; empty for no place.") var place: String?
        @Option(name: .long, help: "Seats; 0 for no limit.") var capacity: Int?
        @Option(name: .long, help: "What it is about.") var text: String?
        @Flag(name: .long, help: "Answer in JSON.") var json = false

        func run() async throws {
            try await options.withNode { node in
                let event = try await node.event(url).event
                guard event.isLocal else { throw ConfigurationError("“\(url)” belongs to another server.") }
                var draft = EventDraft(
                    group: event.owner, title: title ?? event.title,
                    startsAt: try EventCommand.time(start, "--start") ?? event.startsAt,
                    endsAt: try EventCommand.time(end, "--end") ?? event.endsAt, timeZone: zone ?? event.timeZone)
                draft.text = text ?? event.source ?? ""
                draft.place = event.place
                if let place { draft.place = place.isEmpty ? nil : Place(name: place) }
                draft.online = event.onlineURL?.string ?? ""
                draft.capacity = capacity.map { $0 == 0 ? nil : $0 } ?? event.capacity
                draft.language = event.language
                try await node.services.changeEvent(event.id, draft, as: try await node.principal(account))
                let view = try await node.event(url)
                Terminal.print(EventCommand.json(view), EventCommand.line(view), asJSON: json)
            }
        }
    }

    struct Postpone: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say that an event takes place later, at a time that is not known yet.")
        @OptionGroup var options: NodeOptions
        @Option(name: .long, help: "Who postpones it.") var account: String
        @Argument(help: "The event's address.") var url: String

        func run() async throws {
            try await options.withNode { node in
                let id = try await node.event(url).id
                try await node.services.postponeEvent(id, as: try await node.principal(account))
                Terminal.say("The event is postponed.")
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
                let id = try await node.event(url).id
                try await node.services.cancelEvent(id, as: try await node.principal(account))
                Terminal.say("The event is cancelled.")
            }
        }
    }

    fileprivate static func time(_ text: String, _ option: String) throws -> Timestamp {
        guard let time = Dates.parse(text) else {
            throw ConfigurationError("\(option): a time with its offset, like 2026-09-04T09:00:00+02:00.")
        }
        return Timestamp(time)
    }

    fileprivate static func time(_ text: String?, _ option: String) throws -> Timestamp? {
        guard let text else { return nil }
        let time: Timestamp = try time(text, option)
        return time
    }

    fileprivate static func line(_ view: EventView) -> String {
        let event = view.event
        let state = event.status == .scheduled ? "" : "  (\(event.status.rawValue))"
        return "\(event.startsAt)  \(event.title)\(state)  \(event.iri)"
    }

    fileprivate static func json(_ view: EventView) -> JSON {
        let event = view.event
        return [
            "id": JSON(event.id.description), "url": JSON(event.iri), "title": JSON(event.title),
            "group": JSON("\(view.owner.handle)"), "start": JSON("\(event.startsAt)"), "end": JSON("\(event.endsAt)"),
            "zone": JSON(event.timeZone), "status": JSON(event.status.rawValue),
            "place": event.place.map { JSON($0.line) } ?? .null,
            "capacity": event.capacity.map { JSON(Int64($0)) } ?? .null, "going": JSON(Int64(view.going)),
            "waiting": JSON(Int64(view.waiting)), "text": JSON(event.source ?? ""),
        ]
    }
}

extension Node {
    /// The event at an address, here or on another server, whoever may read it: the operator asks.
    fileprivate func event(_ url: String) async throws -> EventView {
        guard case .event(let id) = try await services.lookUp(url, as: .operator),
            let view = try await database.read({ db in try EventViews.unrestricted(id, in: db) })
        else { throw ConfigurationError("“\(url)” is no event.") }
        return view
    }
}
