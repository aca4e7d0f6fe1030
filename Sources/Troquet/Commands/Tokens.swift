// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Database
internal import HTTPTypes
internal import MastodonAPI
internal import Model
internal import Services
internal import Storage
internal import Vocabulary

/// `troquet token …`: creates access tokens for the client API.
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Tokens for the client API.", subcommands: [Create.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Give a token to whoever runs this command.")
        @OptionGroup var options: NodeOptions
        @Option(name: .long, help: "In whose name it acts.") var account: String
        @Option(name: .long, help: "What it may do.") var scopes = "read write follow push"
        @Flag(name: .long, help: "Answer in JSON.") var json = false

        func run() async throws {
            guard let scopes = Scopes(scopes) else {
                throw ValidationError("One of these is no scope: \(self.scopes)")
            }
            try await options.withNode { node in
                let name = account.hasPrefix("@") ? String(account.dropFirst()) : account
                let local = try await node.database.read { db in
                    try LocalAccounts.byName(name.lowercased(), in: db)
                }
                guard let local else { throw ValidationError("There is no member called \(name).") }
                let token = try await node.services.makeToken(
                    scopes, app: nil, account: local.account.id, person: local.account.id, as: .operator)
                Terminal.print(["token": JSON(token)], token, asJSON: json)
            }
        }
    }
}

/// `troquet api routes`: lists the endpoints of the client API, for testers.
struct APICommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "api", abstract: "The client API.", subcommands: [Routes.self])

    struct Routes: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Every operation, and who may use it.")
        @Flag(name: .long, help: "Answer in JSON.") var json = false

        func run() async throws {
            let endpoints = MastodonAPI.endpoints
            guard json else {
                for endpoint in endpoints {
                    print("\(endpoint.method.rawValue) \(endpoint.path)  \(endpoint.access.word)")
                }
                return
            }
            let list = JSON.array(
                endpoints.map { endpoint in
                    [
                        "method": JSON(endpoint.method.rawValue), "path": JSON(endpoint.path),
                        "access": JSON(endpoint.access.word),
                        "scope": endpoint.access.scope.map { JSON($0.description) } ?? .null,
                    ]
                })
            print(String(decoding: list.serialized(), as: UTF8.self))
        }
    }
}
