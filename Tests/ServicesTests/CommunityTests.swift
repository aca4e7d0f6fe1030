// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing

@Suite("What the stewards set of the community")
struct CommunityTests {
    @Test("holds over the settings, and an empty value gives way to them again", arguments: TestEngine.available)
    func change(_ engine: TestEngine) async throws {
        try await Cafe.open(engine, registration: .open) { cafe in
            let lina = try await cafe.member("lina", .steward)
            var profile = CommunityProfile()
            profile.name = " Chez Noor "
            profile.registration = .closed
            profile.rules = "Sois aimable.\n\n  Pas de publicité."
            try await cafe.services.changeCommunity(profile, as: .member(lina))
            #expect(cafe.services.community.name == "Chez Noor")
            #expect(cafe.services.community.tagline == "Un café.")
            #expect(cafe.services.profile.ruleList == ["Sois aimable.", "Pas de publicité."])
            await #expect(throws: ServiceError.conflict("registration_closed")) {
                _ = try await cafe.services.register(SignUp(name: "zoe", email: "zoe@mail.example"))
            }
            let stored = try await cafe.database.read { db in try CommunityProfiles.current(in: db) }
            #expect(stored == cafe.services.profile)
            try await cafe.services.changeCommunity(CommunityProfile(), as: .member(lina))
            #expect(cafe.services.community.name == "Le Comptoir" && cafe.services.community.registration == .open)
        }
    }

    @Test("names the rules of a report by their numbers", arguments: TestEngine.available)
    func rules(_ engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let lina = try await cafe.member("lina", .steward)
            let karim = try await cafe.member("karim")
            var profile = CommunityProfile()
            profile.rules = "Sois aimable.\nPas de publicité."
            try await cafe.services.changeCommunity(profile, as: .member(lina))
            var draft = ReportDraft(account: lina)
            draft.comment = "Regardez"
            draft.rules = ["2"]
            let report = try await cafe.services.report(draft, as: .member(karim))
            #expect(report.comment == "Regardez\n– Pas de publicité.")
            draft.rules = ["3"]
            let unknown = draft
            await #expect(throws: ServiceError.self) {
                _ = try await cafe.services.report(unknown, as: .member(karim))
            }
        }
    }
}
