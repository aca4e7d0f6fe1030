// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Database
internal import Model
internal import Services
internal import Storage
internal import Vocabulary

/// `troquet follow`: follows an account as a member or as a group, for scripts.
struct FollowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "follow", abstract: "Follow an account by its handle.")

    @OptionGroup var options: NodeOptions
    @Option(name: .long, help: "Who follows: a member or a group of this node.") var account: String
    @Argument(help: "@name@host.") var handle: String
    @Option(name: .long, help: "Wait up to so many seconds for the answer.") var wait = 0
    @Flag(name: .long, help: "Answer in JSON.") var json = false

    func run() async throws {
        try await options.withNode { node in
            let follower = try await node.local(account)
            let (target, state) = try await node.services.follow(
                handle: handle, as: .onBehalf(of: follower.id))
            let answer = try await Waiting.answer(seconds: wait, first: state, isFinal: { $0 != .requested }) {
                try await node.database.read { db in
                    try Follows.find(by: follower.id, of: target.id, in: db)?.state ?? .rejected
                }
            }
            Terminal.print(
                ["account": JSON(target.iri), "state": JSON(answer.rawValue)], "\(target.handle): \(answer.rawValue)",
                asJSON: json)
            if wait > 0, answer != .accepted { throw ExitCode(2) }
        }
    }
}

/// `troquet join`: registers a member as a guest of a local or remote event (RSVP).
struct JoinCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "join", abstract: "Sign up for an event.")

    @OptionGroup var options: NodeOptions
    @Option(name: .long, help: "Who comes.") var account: String
    @Argument(help: "The event's address.") var url: String
    @Option(name: .long, help: "Wait up to so many seconds for the answer.") var wait = 0
    @Flag(name: .long, help: "Answer in JSON.") var json = false

    func run() async throws {
        try await options.withNode { node in
            guard case .event(let id) = try await node.services.lookUp(url, as: .operator) else {
                throw ConfigurationError("“\(url)” is no event.")
            }
            let person = try await node.local(account)
            let state = try await node.services.joinEvent(id, as: .onBehalf(of: person.id))
            let answer = try await Waiting.answer(seconds: wait, first: state, isFinal: { $0 != .asked }) {
                try await node.database.read { db in
                    try GuestLists.find(account: person.id, event: id, in: db)?.state ?? .declined
                }
            }
            Terminal.print(
                ["event": JSON(url), "state": JSON(answer.rawValue)], "\(url): \(answer.rawValue)", asJSON: json)
            if wait > 0, answer == .asked { throw ExitCode(2) }
        }
    }
}

/// Waits for the response of another server. The serving process receives it, so this process polls the database.
enum Waiting {
    static func answer<State: Sendable>(
        seconds: Int, first: State, isFinal: (State) -> Bool, ask: () async throws -> State
    ) async throws -> State {
        var state = first
        let end = ContinuousClock.now + .seconds(min(max(seconds, 0), 600))
        while !isFinal(state), ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(200))
            state = try await ask()
        }
        return state
    }
}
