// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// The command line: one binary with a subcommand for each task.
@main
struct Troquet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "troquet", abstract: "A café community's own node: discussions, events, members; federated.",
        version: Version.current,
        subcommands: [
            Serve.self, Initialise.self, Migrate.self, Doctor.self, ConfigCommand.self, AccountCommand.self,
            GroupCommand.self, PostCommand.self, EventCommand.self, FollowCommand.self, JoinCommand.self,
            PeerCommand.self, MailCommand.self, TokenCommand.self, APICommand.self,
        ])
}
