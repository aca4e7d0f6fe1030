// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing

@Suite("The last steward, and roles that were just taken away")
struct StewardTests {
    @Test("the last steward who can act keeps the role; the operator alone takes it", arguments: TestEngine.available)
    func last(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let (sam, pia) = (try await cafe.member("sam", .steward), try await cafe.member("pia", .steward))
            try await cafe.services.setRole(pia, .member, as: .member(sam))
            try await cafe.expect(.conflict("last_steward")) { try await $0.setRole(sam, .member, as: .member(sam)) }
            // A steward who is suspended or waits for approval does not count.
            try await cafe.services.setRole(pia, .steward, as: .operator)
            try await cafe.services.suspend(pia, true, as: .operator)
            try await cafe.expect(.conflict("last_steward")) { try await $0.setRole(sam, .member, as: .member(sam)) }
            try await cafe.services.suspend(pia, false, as: .operator)
            try await cafe.services.setRole(sam, .member, as: .member(sam))
            try await cafe.expect(.conflict("last_steward")) { try await $0.setRole(pia, .member, as: .member(pia)) }
            try await cafe.services.setRole(pia, .member, as: .operator)
            #expect(try await cafe.database.read { db in try !LocalAccounts.hasSteward(in: db) })
        }
    }

    @Test("two stewards who take each other's role at once leave one", arguments: TestEngine.available)
    func race(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            for round in 1...5 {
                let one = try await cafe.member("one\(round)", .steward)
                let two = try await cafe.member("two\(round)", .steward)
                await withTaskGroup(of: Void.self) { group in
                    for (who, whom) in [(one, two), (two, one)] {
                        group.addTask { try? await cafe.services.setRole(whom, .member, as: .member(who)) }
                    }
                }
                #expect(try await cafe.database.read { db in try LocalAccounts.hasSteward(in: db) })
                for person in [one, two] { try await cafe.services.setRole(person, .member, as: .operator) }
            }
        }
    }

    @Test("a role counts no more from the moment that it is taken away, whatever the page showed")
    func takenAway() async throws {
        try await Cafe.open { cafe in
            let (ada, vic) = (try await cafe.member("ada", .moderator), try await cafe.stranger("vic"))
            let principal = Principal.member(ada)
            try await cafe.services.suspend(vic.id, true, as: principal)
            try await cafe.services.setRole(ada, .member, as: .operator)
            try await cafe.expect(.notAllowed) { try await $0.suspend(vic.id, false, as: principal) }
        }
    }

    @Test("a code that a person gave before a suspension, or before losing a group, buys no token")
    func code() async throws {
        try await Cafe.open { cafe in
            let ada = try await cafe.member("ada")
            let group = try await cafe.local("cafe").id
            try await cafe.database.write { tx in
                try GroupRoles.set(.moderator, group: group, account: ada, in: tx)
            }
            let made = try await cafe.services.registerApp(AppDraft(name: "App", redirectURIs: ["app://back"]))
            var asked = AuthorizationRequest()
            (asked.clientID, asked.redirectURI) = (made.app.clientID, "app://back")
            let own = try await cafe.services.authorizeApp(asked, as: .member(ada))
            let groups = try await cafe.services.authorizeApp(asked, as: .group(group, by: ada))
            let spare = try await cafe.services.authorizeApp(asked, as: .member(ada))
            var request = TokenRequest()
            request.grantType = "authorization_code"
            (request.clientID, request.clientSecret) = (made.app.clientID, made.secret)
            (request.redirectURI, request.code) = ("app://back", groups)
            try await cafe.database.write { tx in _ = try GroupRoles.remove(group: group, account: ada, in: tx) }
            await #expect(throws: AuthorizationError.invalidGrant) { try await cafe.services.giveToken(request) }
            request.code = own
            _ = try await cafe.services.giveToken(request)
            try await cafe.services.suspend(ada, true, as: .operator)
            request.code = spare
            await #expect(throws: AuthorizationError.invalidGrant) { try await cafe.services.giveToken(request) }
        }
    }
}
