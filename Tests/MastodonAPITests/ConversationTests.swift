// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import MastodonAPI

@Suite("Direct messages, markers and announcements in apps")
struct ConversationTests {
    @Test(
        "direct messages stand among the conversations of both until they are put away", arguments: TestEngine.available
    )
    func letters(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, bob) = (try await node.guest("ada"), try await node.guest("bob"))
            _ = try await node.write("@bob bonjour à tous", ada)
            let letter = try await node.write("@bob psst", ada, .direct)
            let path = "/api/v1/conversations"
            let list = try await node.get(path, token: bob.token)
            let first = list.json.array?.first ?? .null
            #expect(list.json.array?.count == 1)
            #expect(first["unread"]?.bool == true)
            #expect(first["accounts"]?.array?.map { $0["username"]?.string } == ["ada"])
            #expect(first["last_status"]?["id"]?.string == String(letter.rawValue))
            #expect(list.header("link")?.contains("max_id=\(letter)") == true)
            #expect(try await node.get(path, token: ada.token).json.array?.first?["unread"]?.bool == false)
            let id = first["id"]?.string ?? ""
            #expect(try await node.post("\(path)/\(id)/read", token: ada.token).status == 404)
            #expect(try await node.post("\(path)/\(id)/read", token: bob.token)["unread"]?.bool == false)
            #expect(try await node.post("\(path)/\(id)/unread", token: bob.token)["unread"]?.bool == true)
            _ = try await node.write("@ada oui", bob, .direct, replyingTo: letter)
            #expect(try await node.get(path, token: bob.token).json.array?.first?["unread"]?.bool == false)
            #expect(try await node.call("DELETE", "\(path)/\(id)", token: bob.token).status == 200)
            #expect(try await node.call("DELETE", "\(path)/\(id)", token: bob.token).status == 404)
            #expect(try await node.get(path, token: bob.token).json.array?.isEmpty == true)
            #expect(try await node.get(path, token: ada.token).json.array?.first?["unread"]?.bool == true)
        }
    }

    @Test(
        "markers come as JSON and as a form, count their versions and are read by name", arguments: TestEngine.available
    )
    func markers(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let ada = try await node.guest("ada")
            let path = "/api/v1/markers"
            #expect(try await node.get(path, token: ada.token).json.object?.isEmpty == true)
            let set = try await node.post(path, token: ada.token, ["home": ["last_read_id": "12"]])
            #expect(set["home"]?["last_read_id"]?.string == "12")
            #expect(set["notifications"] == nil)
            let again = try await node.call(
                "POST", path, token: ada.token,
                form: [("home[last_read_id]", "13"), ("notifications[last_read_id]", "4")])
            #expect(again["home"]?["version"]?.int == 2)
            #expect(again["notifications"]?["version"]?.int == 1)
            let both = try await node.get("\(path)?timeline[]=home&timeline[]=notifications", token: ada.token)
            #expect(both["home"]?["last_read_id"]?.string == "13")
            #expect(both["notifications"]?["updated_at"]?.string?.hasSuffix("Z") == true)
            #expect(try await node.get("\(path)?timeline[]=home", token: ada.token)["notifications"] == nil)
            let wrong = try await node.post(path, token: ada.token, ["home": ["last_read_id": "x"]])
            #expect(wrong.status == 422)
        }
    }

    @Test("an event that is announced is joined by a raised hand, and left with it", arguments: TestEngine.available)
    func announcements(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, bob) = (try await node.guest("ada", .steward), try await node.guest("bob"))
            let group = try await node.services.createGroup(
                GroupDraft(name: "lyon", title: "Lyon"), as: .member(ada.id))
            let start = node.clock.now + .days(3)
            let event = try await node.services.planEvent(
                EventDraft(
                    group: group.id, title: "Goûter", startsAt: start, endsAt: start + .hours(2),
                    timeZone: "Europe/Paris"), as: .member(ada.id))
            await #expect(throws: ServiceError.notAllowed) {
                try await node.services.announceToAll("Coucou", event: nil, as: .member(bob.id))
            }
            let plain = try await node.services.announceToAll("Fermé <lundi>", event: nil, as: .member(ada.id))
            try await node.services.announceToAll("", event: event, as: .member(ada.id))
            let path = "/api/v1/announcements"
            let list = try await node.get(path, token: bob.token).json.array ?? []
            #expect(list.map { $0["starts_at"]?.string != nil } == [true, false])
            #expect(list.first?["statuses"]?.array?.first?["id"]?.string == String(event.rawValue))
            #expect(list.last?["content"]?.string?.contains("&lt;lundi&gt;") == true)
            for key in ["all_day", "read"] { #expect(list.allSatisfy { $0[key]?.bool == false }) }
            for key in ["mentions", "statuses", "tags", "emojis", "reactions"] {
                #expect(list.allSatisfy { $0[key]?.array != nil }, "\(key)")
            }
            let id = list.first?["id"]?.string ?? ""
            let hand = "\(path)/\(id)/reactions/%E2%9C%8B"
            #expect(try await node.call("PUT", hand, token: bob.token).status == 200)
            #expect(try await node.guestState(bob.id, event) == .going)
            let reactions = try await node.get(path, token: bob.token).json.array?.first?["reactions"]?.array
            #expect(reactions?.first?["name"]?.string == "✋")
            #expect(reactions?.first?["me"]?.bool == true && reactions?.first?["count"]?.int == 1)
            #expect(try await node.call("DELETE", hand, token: bob.token).status == 200)
            #expect(try await node.guestState(bob.id, event) == .cancelled)
            #expect(try await node.call("DELETE", hand, token: bob.token).status == 404)
            for name in ["x", "ab", "%E2%9C%8B%E2%9C%8B", "1"] {
                #expect(try await node.call("PUT", "\(path)/\(id)/reactions/\(name)", token: bob.token).status == 422)
            }
            #expect(try await node.post("\(path)/\(plain)/dismiss", token: bob.token).status == 200)
            #expect(try await node.get(path, token: bob.token).json.array?.count == 1)
            #expect(try await node.get("\(path)?with_dismissed=true", token: bob.token).json.array?.count == 2)
            node.clock.pass(.days(4))
            #expect(try await node.get(path, token: ada.token).json.array?.count == 1)
            try await node.services.withdrawAnnouncement(plain, as: .member(ada.id))
            #expect(try await node.get(path, token: ada.token).json.array?.isEmpty == true)
        }
    }

    @Test("those who answered to an event are told of another time", arguments: TestEngine.available)
    func eventChanges(_ engine: TestEngine) async throws {
        try await ClientNode.open(engine) { node in
            let (ada, bob) = (try await node.guest("ada", .steward), try await node.guest("bob"))
            let group = try await node.services.createGroup(
                GroupDraft(name: "lyon", title: "Lyon"), as: .member(ada.id))
            let start = node.clock.now + .days(3)
            var draft = EventDraft(
                group: group.id, title: "Goûter", startsAt: start, endsAt: start + .hours(2), timeZone: "Europe/Paris")
            let event = try await node.services.planEvent(draft, as: .member(ada.id))
            for person in [ada, bob] { try await node.services.joinEvent(event, as: .member(person.id)) }
            draft.text = "Avec du thé"
            try await node.services.changeEvent(event, draft, as: .member(ada.id))
            #expect(try await node.get("/api/v1/notifications", token: bob.token).kinds == [])
            draft.startsAt = start + .minutes(30)
            try await node.services.changeEvent(event, draft, as: .member(ada.id))
            try await node.services.cancelEvent(event, as: .member(ada.id))
            let told = try await node.get("/api/v1/notifications", token: bob.token)
            #expect(told.kinds == ["update"])
            #expect(told.json.array?.first?["status"]?["id"]?.string == String(event.rawValue))
            #expect(try await node.get("/api/v1/notifications", token: ada.token).kinds == [])
        }
    }
}

extension ClientNode {
    func guestState(_ person: ID<Account>, _ event: ID<Event>) async throws -> Guest.State? {
        try await database.read { db in try GuestLists.find(account: person, event: event, in: db)?.state }
    }
}
