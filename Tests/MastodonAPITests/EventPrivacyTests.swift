// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import MastodonAPI

@Suite("Apps and the guests of an event")
struct EventPrivacyTests {
    @Test("who comes and where it is online is told to nobody without a right to know", arguments: TestEngine.available)
    func guests(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, bob, eve) = (
                try await node.guest("ada"), try await node.guest("bob"), try await node.guest("eve")
            )
            let now = node.services.clock.now
            let group = try await node.services.database.read { db in try Accounts.groups(in: db).first?.id }
            var draft = EventDraft(
                group: try #require(group), title: "Visio", startsAt: now + .days(2),
                endsAt: now + .days(2) + .hours(1),
                timeZone: "Europe/Paris")
            draft.online = "https://visio.example/salle-42"
            try await node.services.follow(draft.group, as: .member(ada.id))
            let id = try await node.services.planEvent(draft, as: .member(ada.id))
            try await node.services.sendRSVP(id, .yes, as: .member(bob.id))
            let path = "/api/v1/statuses/\(id)"
            for reader in [nil, eve.token] {
                #expect(try await node.get("\(path)/favourited_by", token: reader).json.array?.isEmpty == true)
                let content = try await node.get(path, token: reader)["content"]?.string ?? ""
                #expect(content.contains("💻") && !content.contains("salle-42"))
                #expect(content.contains("/events/\(id)/event.ics"))
            }
            #expect(try await node.get("\(path)/favourited_by", token: bob.token).json.array?.count == 1)
            let own = try await node.get(path, token: bob.token)["content"]?.string ?? ""
            #expect(own.contains("salle-42"))
            // Nobody gave a star. The organizer reads on the pages who comes.
            let kinds = try await node.get("/api/v1/notifications", token: ada.token).json.array?
                .compactMap { $0["type"]?.string }
            #expect(kinds?.contains("favourite") == false)
        }
    }

    @Test(
        "the texts around an event, and its answers, are in the language of the event", arguments: TestEngine.available)
    func language(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, bob, eve) = (
                try await node.guest("ada"), try await node.guest("bob"), try await node.guest("eve")
            )
            let now = node.services.clock.now
            let group = try await node.services.database.read { db in try Accounts.groups(in: db).first?.id }
            for (language, texts) in [
                ("en", ["(full, 1 waiting)", "You are on the waiting list", "Going"]),
                ("fr", ["(complet, 1 sur liste d’attente)", "Tu es sur la liste d’attente", "J’y vais"]),
            ] {
                var draft = EventDraft(
                    group: try #require(group), title: "Tea", startsAt: now + .days(2),
                    endsAt: now + .days(2) + .hours(1), timeZone: "Europe/Paris")
                draft.language = language
                draft.capacity = 1
                try await node.services.follow(draft.group, as: .member(ada.id))
                let id = try await node.services.planEvent(draft, as: .member(ada.id))
                try await node.services.leaveEvent(id, as: .member(ada.id))
                try await node.services.sendRSVP(id, .yes, as: .member(bob.id))
                try await node.services.sendRSVP(id, .yes, as: .member(eve.id))
                let status = try await node.get("/api/v1/statuses/\(id)", token: eve.token)
                let content = status["content"]?.string ?? ""
                #expect(texts.dropLast().allSatisfy(content.contains), "\(content)")
                #expect(status["poll"]?["options"]?.array?.first?["title"]?.string == texts.last)
            }
        }
    }
}
