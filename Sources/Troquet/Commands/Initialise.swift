// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Mail
internal import Model
internal import Services
internal import Vocabulary

/// `troquet init`: creates the settings file, the schema, the keys and the first steward.
struct Initialise: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Write troquet.yaml, make the keys and the first steward.")

    @OptionGroup var options: NodeOptions

    @Option(name: .long, help: "Name of the first steward, 3 to 30 of a-z, 0-9 and _.")
    var steward = "patronne"

    @Option(name: .long, help: "The steward's mail address, for sign-in links.")
    var email = ""

    @Flag(name: .long, help: "Answer in JSON.")
    var json = false

    func run() async throws {
        let path = options.config ?? "troquet.yaml"
        // The file that this command writes is not there yet, so it cannot be read first.
        var options = options
        if !TextFile.exists(path) { options.config = nil }
        try await options.withNode { node in
            if TextFile.exists(path) {
                Terminal.complain("\(path) is there already and stays as it is.")
            } else {
                var kept: [String: String] = ["origin": node.settings.community.origin.string]
                // What the environment says it goes on to say; only the command line would be forgotten.
                for setting in Setting.all where node.configuration.origin(of: setting.name) == .flag {
                    kept[setting.name] = node.configuration[setting.name]
                }
                try TextFile.write(Configuration.example(kept), to: path)
                Terminal.complain(
                    "Wrote \(path). The origin (\(node.settings.community.origin)) cannot be changed later.")
            }
            try await node.services.prepareNode()
            var signUp = SignUp(name: steward, email: email)
            signUp.language = node.settings.community.language
            let account = try await node.services.createAccount(signUp, role: .steward, as: .operator)
            let link = try await node.services.makeSignInLink(for: account.id, as: .operator)
            Terminal.print(
                ["id": JSON(account.id.description), "name": JSON(account.username), "sign_in": JSON(link)],
                "@\(account.username) is the first steward. Sign in within a day, once: \(link)", asJSON: json)
        }
    }
}

/// `troquet migrate`: migrates the schema. Opening the node does this already.
struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Bring the database's schema up to date.")

    @OptionGroup var options: NodeOptions

    func run() async throws {
        try await options.withNode { _ in Terminal.say("The schema is up to date.") }
    }
}

/// `troquet config …`: shows the effective settings.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "The settings as they hold.", subcommands: [Show.self, Example.self])

    struct Show: ParsableCommand {
        // Not `NodeOptions`, because here `--origin` means to show where a value comes from.
        @Option(name: .long, help: "The settings file; troquet.yaml of this folder when it is there.")
        var config: String?
        @Option(name: .long, help: "A setting, as name=value; may be repeated.")
        var set: [String] = []
        @Flag(name: .long, help: "Also tell where each value came from.")
        var origin = false

        func run() throws {
            do {
                let values = try Configuration(path: config, flags: set)
                _ = try NodeSettings(values)
                for setting in Setting.all {
                    let place = origin ? "  # \(values.origin(of: setting.name).rawValue)" : ""
                    let isSecret = setting.name == "database" && values[setting.name].contains("@")
                    var value = isSecret ? "postgres://…" : values[setting.name]
                    if setting.name == "smtp" { value = SMTPAddress.withoutPassword(value) }
                    Terminal.say("\(setting.name): \(value)\(place)")
                }
            } catch {
                throw Failure.say(error)
            }
        }
    }

    struct Example: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "A commented settings file.")

        func run() { Terminal.say(String(Configuration.example().dropLast())) }
    }
}
