// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("Moderating")
struct ModerationTests {
    @Test("a suspended person's seat goes to who waits", arguments: TestEngine.available)
    func suspendedSeat(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let (ada, bob) = (try await cafe.member("ada"), try await cafe.member("bob"))
            let event = try await cafe.plan(by: bob, capacity: 1)
            try await cafe.services.joinEvent(event, as: .member(ada))
            try await cafe.services.joinEvent(event, as: .member(bob))
            try await cafe.services.suspend(ada, true, as: .operator)
            #expect(try await cafe.state(of: ada, event) == .cancelled)
            #expect(try await cafe.state(of: bob, event) == .going)
        }
    }

    @Test(
        "a list of hosts makes policies stricter, never milder, and a trial changes nothing",
        arguments: TestEngine.available)
    func importPolicies(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let bob = try await cafe.member("bob")
            let vic = try await cafe.stranger("vic", at: "bad.example")
            try await cafe.follow(bob, by: vic.id)
            let event = try await cafe.plan(by: bob, capacity: 3)
            _ = try await cafe.seat(vic, event)
            let known: [(String, PeerPolicy)] = [
                ("friend.example", .allowed), ("worse.example", .blocked), ("loud.example", .limited),
            ]
            for (host, policy) in known {
                try await cafe.services.setPolicy(policy, host: host, note: "ours", as: .operator)
            }
            let list = try #require(
                PeerList(
                    """
                    domain,severity,public_comment
                    bad.example,suspend,spam
                    friend.example,suspend,
                    worse.example,silence,
                    loud.example,suspend,louder
                    new.example,silence,
                    """))
            let policies: @Sendable () async throws -> [String: PeerPolicy] = {
                try await cafe.database.read { db in try Peers.policies(in: db) }
            }
            let before = try await policies()
            let trial = try await cafe.services.importPolicies(list, isTrial: true, as: .operator)
            #expect(try await policies() == before)
            #expect(trial.changed.map(\.host) == ["bad.example", "loud.example", "new.example"])
            #expect(trial.allowed == ["friend.example"])
            #expect(trial.unchanged == 1)
            #expect(trial.follows == 1)
            #expect(trial.seats == 1)
            #expect(try await cafe.services.importPolicies(list, isTrial: false, as: .operator) == trial)
            #expect(
                try await policies() == [
                    "bad.example": .blocked, "friend.example": .allowed, "worse.example": .blocked,
                    "loud.example": .blocked, "new.example": .limited,
                ])
            #expect(try await cafe.services.importPolicies(list, isTrial: false, as: .operator).changed.isEmpty)
        }
    }

    @Test("a deleted member's words go, seats become free, others are told", arguments: TestEngine.available)
    func delete(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let (ada, bob) = (try await cafe.member("ada"), try await cafe.member("bob"))
            let (vic, una) = (try await cafe.stranger("vic"), try await cafe.stranger("una", at: "near.example"))
            try await cafe.follow(ada, by: vic.id)
            let event = try await cafe.plan(by: bob, capacity: 1)
            try await cafe.services.joinEvent(event, as: .member(ada))
            #expect(try await cafe.seat(vic, event) == .waiting)
            let elsewhere = try await cafe.remoteEvent(by: una)
            try await cafe.services.joinEvent(elsewhere, as: .member(ada))
            var draft = PostDraft(text: "Mes mots")
            draft.group = try await cafe.local("cafe").id
            let post = try await cafe.services.publishPost(draft, as: .member(ada))
            let invite = try await cafe.services.makeSignInLink(for: ada, as: .operator)
            try await cafe.forgetDeliveries()
            try await cafe.services.deleteAccount(ada, as: .operator)
            #expect(try await cafe.post(post) == nil)
            #expect(try await cafe.state(of: vic.id, event) == .going)
            #expect(
                try await cafe.deliveries() == [
                    "Accept cafe https://far.example/users/vic/inbox", "Delete ada https://far.example/inbox",
                    "Delete ada https://near.example/inbox", "Leave ada https://near.example/users/una/inbox",
                ])
            let census = try await cafe.census()
            try await cafe.services.deleteAccount(ada, as: .operator)
            #expect(try await cafe.census() == census)
            #expect(census["sign_in_link"] == 0, "\(invite)")
        }
    }

    @Test("the words of a deleted member are in no outbox, their own or a group's", arguments: TestEngine.available)
    func hidden(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let (ada, bob) = (try await cafe.member("ada"), try await cafe.member("bob"))
            for person in [ada, bob] {
                var draft = PostDraft(text: "Mes mots")
                draft.group = try await cafe.local("cafe").id
                _ = try await cafe.services.publishPost(draft, as: .member(person))
            }
            try await cafe.services.deleteAccount(ada, as: .operator)
            let shown = try await cafe.database.read { db in
                try db.rows("SELECT type, body FROM activity WHERE is_public ORDER BY id").map {
                    (try $0.text("type"), try $0.text("body"))
                }
            }
            #expect(shown.filter { $0.1.contains("Mes mots") }.allSatisfy { $0.1.contains("/users/bob") })
            // What Bob said, and what tells of Ada's deletion: her own Delete, and the group's Delete and Undo.
            #expect(shown.map(\.0) == ["Create", "Announce", "Announce", "Delete", "Announce", "Undo"])
        }
    }

    @Test("the name and the address of a deleted member: the one stays taken, the other is free")
    func name() async throws {
        try await Cafe.open { cafe in
            try await cafe.services.deleteAccount(try await cafe.member("ada"), as: .operator)
            try await cafe.expect(.field("name", "taken")) {
                _ = try await $0.register(SignUp(name: "ada", email: "new@mail.example"))
            }
            _ = try await cafe.services.register(SignUp(name: "ada2", email: "ada@mail.example"))
        }
    }

    @Test("groups, people elsewhere and nobody are not deleted")
    func refused() async throws {
        try await Cafe.open { cafe in
            let vic = try await cafe.stranger("vic")
            for id in [try await cafe.local("cafe").id, vic.id, ID(1)] {
                try await cafe.expect(.notFound) { try await $0.deleteAccount(id, as: .operator) }
            }
            try await cafe.expect(.notFound) { try await $0.suspend(ID(1), true, as: .operator) }
            try await cafe.expect(.notFound) { try await $0.setRole(vic.id, .steward, as: .operator) }
        }
    }

    @Test("a suspended member does nothing until the suspension ends")
    func suspend() async throws {
        try await Cafe.open { cafe in
            let ada = try await cafe.member("ada")
            try await cafe.services.suspend(ada, true, as: .operator)
            try await cafe.expect(.notAllowed) { _ = try await $0.publishPost(PostDraft(text: "Hé"), as: .member(ada)) }
            try await cafe.expect(.notAllowed) {
                try await $0.editProfile(
                    ProfileDraft(
                        displayName: "", summary: "", discoverable: false, approvesFollowers: false, language: nil),
                    as: .member(ada))
            }
            try await cafe.services.suspend(ada, false, as: .operator)
            _ = try await cafe.services.publishPost(PostDraft(text: "Hé"), as: .member(ada))
        }
    }

    @Test("more power is given and taken")
    func roles() async throws {
        try await Cafe.open { cafe in
            let ada = try await cafe.member("ada")
            let draft = GroupDraft(name: "tricot", title: "Tricot")
            try await cafe.services.setRole(ada, .moderator, as: .operator)
            try await cafe.services.createGroup(draft, as: .member(ada))
            try await cafe.services.setRole(ada, .member, as: .operator)
            try await cafe.expect(.notAllowed) {
                try await $0.createGroup(GroupDraft(name: "laine", title: "Laine"), as: .member(ada))
            }
        }
    }

    @Test("a host is decided about by its name; other text is no host")
    func policies() async throws {
        try await Cafe.open { cafe in
            try await cafe.services.setPolicy(.blocked, host: " BAD.example:8443 ", note: "spam\0", as: .operator)
            let policies = try await cafe.database.read { db in try Peers.policies(in: db) }
            #expect(policies == ["bad.example:8443": .blocked])
            for host in ["", "bad example", "https://bad.example", "bad.example/x", "a@b"] {
                try await cafe.expect(.field("host", "not_a_host")) {
                    try await $0.setPolicy(.blocked, host: host, note: "", as: .operator)
                }
            }
        }
    }
}

@Suite("Profiles")
struct ProfileTests {
    @Test(
        "a profile is changed, kept as it was typed, told to followers and to caches", arguments: TestEngine.available)
    func edit(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let ada = try await cafe.member("ada")
            try await cafe.follow(ada, by: try await cafe.stranger("vic").id)
            try await cafe.forgetSayings()
            let changes = ChangeFeed(cafe.database).changes()
            let draft = ProfileDraft(
                displayName: " Ada ", summary: "<b>J’aime</b> le #thé", discoverable: true, approvesFollowers: true,
                language: "fr")
            try await cafe.services.editProfile(draft, as: .member(ada))
            let account = try await cafe.local("ada")
            #expect(account.displayName == "Ada" && account.discoverable && account.approvesFollowers)
            #expect(account.summary.string.contains("&lt;b&gt;") && account.summary.string.contains("<a "))
            #expect(try await cafe.services.profileSource(of: ada) == draft.summary)
            #expect(try await cafe.deliveries() == ["Update ada https://far.example/inbox"])
            for await change in changes where change == .settingsChanged { break }
        }
    }

    @Test("too long a name or text and another language are refused")
    func refused() async throws {
        try await Cafe.open { cafe in
            let ada = try await cafe.member("ada")
            let draft = ProfileDraft(
                displayName: String(repeating: "a", count: 101), summary: String(repeating: "s", count: 2_001),
                discoverable: true, approvesFollowers: false, language: "de")
            try await cafe.expect(
                .invalid([
                    FieldError("display_name", "too_long"), FieldError("summary", "too_long"),
                    FieldError("language", "not_a_language"),
                ])
            ) { try await $0.editProfile(draft, as: .member(ada)) }
        }
    }
}
