// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Vocabulary

/// Runs a body on a new database with the current schema, and deletes the database afterwards.
func onFreshDatabase<T>(
    _ engine: TestEngine, _ body: (Database) async throws -> T
) async throws -> T {
    let database = try await engine.makeDatabase(migrations: Schema.migrations)
    do {
        let result = try await body(database)
        await database.close()
        return result
    } catch {
        await database.close()
        throw error
    }
}

/// The IRI of a literal in a test.
func iri(_ text: String) throws -> IRI {
    guard let iri = IRI(text) else { throw FixtureError(text: text) }
    return iri
}

/// A literal in a test is not an IRI.
struct FixtureError: Error {
    var text: String
}

extension Timestamp {
    /// The instant at which the tests begin: 2026-01-01T00:00:00Z.
    static let start = Timestamp(1_767_225_600_000)
}

/// Accounts for tests, with small ids and all required values.
enum Someone {
    /// A local account that is not stored.
    static func local(_ number: Int64, _ name: String, kind: Account.Kind = .person) throws -> Account {
        var account = Account(
            id: ID(number), kind: kind, username: name, host: "",
            iri: try iri("https://cafe.example/\(kind == .group ? "groups" : "users")/\(name)"), displayName: name,
            createdAt: .start)
        account.inbox = try iri("\(account.iri)/inbox")
        account.outbox = try iri("\(account.iri)/outbox")
        account.followers = try iri("\(account.iri)/followers")
        account.discoverable = true
        return account
    }

    /// A remote account that is not stored.
    static func remote(_ number: Int64, _ name: String, at host: String = "far.example") throws -> Account {
        var account = Account(
            id: ID(number), kind: .person, username: name, host: host, iri: try iri("https://\(host)/users/\(name)"),
            displayName: name, createdAt: .start)
        account.inbox = try iri("\(account.iri)/inbox")
        account.sharedInbox = try iri("https://\(host)/inbox")
        account.followers = try iri("\(account.iri)/followers")
        account.fetchedAt = .start
        return account
    }

    /// The private data of an approved member.
    static func member(_ account: Account, role: Role = .member, approvedAt: Timestamp? = .start) -> LocalAccount {
        LocalAccount(
            account: account, email: "\(account.username)@mail.example", passwordHash: nil, role: role,
            language: nil, approvedAt: approvedAt)
    }
}

extension Database {
    /// Stores accounts.
    func store(_ accounts: Account...) async throws {
        try await write { tx in
            for account in accounts { try Accounts.insert(account, in: tx) }
        }
    }

    /// Stores local accounts with their private data.
    func store(members: LocalAccount..., note: String = "") async throws {
        try await write { tx in
            for member in members {
                try Accounts.insert(member.account, in: tx)
                try LocalAccounts.insert(member, signUpNote: note, in: tx)
            }
        }
    }
}
