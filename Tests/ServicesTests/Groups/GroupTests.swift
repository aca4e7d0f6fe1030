// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("Groups")
struct GroupTests {
    @Test("preparing the node twice, and at once, makes one of each", arguments: TestEngine.available)
    func prepare(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let before = try await cafe.census()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 1...4 { group.addTask { try await cafe.services.prepareNode() } }
                try await group.waitForAll()
            }
            #expect(try await cafe.census() == before)
            #expect(before["account"] == 4 && before["actor_key"] == 4)
            #expect(try await cafe.local("cafe").displayName == "Le Comptoir")
            #expect(try await cafe.local("agenda").isGroup)
        }
    }

    @Test("whoever founds a group runs it and follows it", arguments: TestEngine.available)
    func found(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let mona = try await cafe.member("mona", .moderator)
            var draft = GroupDraft(name: " Tricot ", title: " Le tricot ")
            draft.summary = "De la laine"
            draft.approvesFollowers = true
            let group = try await cafe.services.createGroup(draft, as: .member(mona))
            #expect(group.iri.string == "https://cafe.example/groups/tricot" && group.displayName == "Le tricot")
            #expect(group.approvesFollowers && group.isLocal && group.isGroup)
            let facts = try await cafe.database.read { db in
                (
                    try GroupRoles.role(of: mona, group: group.id, in: db),
                    try Follows.find(by: mona, of: group.id, in: db)?.state,
                    try Storage.Keys.signing(for: group.id, in: db)?.keyID
                )
            }
            #expect(facts.0 == .moderator && facts.1 == .accepted)
            #expect(facts.2 == "https://cafe.example/groups/tricot#main-key")
            // A group that is created at the command line has no moderator.
            let other = try await cafe.services.createGroup(
                GroupDraft(name: "chorale", title: "Chorale"), as: .operator)
            #expect(try await cafe.database.read { db in try GroupRoles.moderators(of: other.id, in: db) }.isEmpty)
        }
    }

    @Test("a group that asks has only its members write in it", arguments: TestEngine.available)
    func asks(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let (mona, bob) = (try await cafe.member("mona", .moderator), try await cafe.member("bob"))
            var draft = GroupDraft(name: "tricot", title: "Tricot")
            draft.approvesFollowers = true
            let group = try await cafe.services.createGroup(draft, as: .member(mona))
            var post = PostDraft(text: "De la laine")
            post.group = group.id
            let wanted = post
            let opening = try await cafe.services.publishPost(wanted, as: .member(mona))
            try await cafe.expect(.conflict("not_in_group")) {
                _ = try await $0.publishPost(wanted, as: .member(bob))
            }
            var reply = PostDraft(text: "Moi aussi")
            reply.inReplyTo = opening
            let answer = reply
            try await cafe.expect(.conflict("not_in_group")) {
                _ = try await $0.publishPost(answer, as: .member(bob))
            }
            let named = try await cafe.services.publishPost(PostDraft(text: "@tricot bonjour"), as: .member(bob))
            #expect(try await cafe.post(named)?.group == nil)
            try await cafe.services.follow(group.id, as: .member(bob))
            try await cafe.services.answerFollowRequest(from: bob, to: group.id, accept: true, as: .member(mona))
            _ = try await cafe.services.publishPost(wanted, as: .member(bob))
            _ = try await cafe.services.publishPost(answer, as: .member(bob))
        }
    }

    @Test(
        "a name that is taken, reserved or no name is refused, also that of somebody who is gone",
        arguments: [
            ("ada", "taken"), ("ADA", "taken"), ("cafe", "taken"), ("gone", "taken"), ("admin", "reserved"),
            ("le café", "not_a_name"), ("ab", "not_a_name"), ("", "not_a_name"),
        ])
    func names(name: String, code: String) async throws {
        try await Cafe.open { cafe in
            try await cafe.member("ada")
            try await cafe.services.deleteAccount(try await cafe.member("gone"), as: .operator)
            try await cafe.expect(.field("name", code)) {
                try await $0.createGroup(GroupDraft(name: name, title: "Un groupe"), as: .operator)
            }
            try await cafe.expect(.field("name", code)) {
                _ = try await $0.register(SignUp(name: name.isEmpty ? "x" : name, email: "new@mail.example"))
            }
        }
    }

    @Test("a member founds no group, and a group needs a title")
    func refused() async throws {
        try await Cafe.open { cafe in
            let (ada, mona) = (try await cafe.member("ada"), try await cafe.member("mona", .moderator))
            let draft = GroupDraft(name: "tricot", title: "Tricot")
            try await cafe.expect(.notAllowed) { try await $0.createGroup(draft, as: .member(ada)) }
            try await cafe.expect(.notAllowed) { try await $0.createGroup(draft, as: .member(ID(1))) }
            try await cafe.expect(.field("title", "missing")) {
                try await $0.createGroup(GroupDraft(name: "tricot", title: "\0 "), as: .member(mona))
            }
        }
    }

    @Test("who runs a group changes what it says of itself, and its followers are told")
    func edit() async throws {
        try await Cafe.open { cafe in
            let (ada, bob) = (try await cafe.member("ada"), try await cafe.member("bob"))
            let mona = try await cafe.member("mona", .moderator)
            let group = try await cafe.local("cafe").id
            try await cafe.follow(group, by: try await cafe.stranger("vic").id)
            try await cafe.database.write { tx in
                try GroupRoles.set(.animator, group: group, account: bob, in: tx)
            }
            try await cafe.forgetSayings()
            for person in [mona, bob] {
                try await cafe.services.editGroup(group, title: "Au zinc", summary: "Ici", as: .member(person))
            }
            #expect(try await cafe.local("cafe").displayName == "Au zinc")
            #expect(
                try await cafe.deliveries() == Array(repeating: "Update cafe https://far.example/inbox", count: 2))
            try await cafe.expect(.notAllowed) {
                try await $0.editGroup(group, title: "Non", summary: "", as: .member(ada))
            }
            try await cafe.expect(.notFound) {
                try await $0.editGroup(ada, title: "Non", summary: "", as: .member(mona))
            }
        }
    }

    @Test("one name asked for at once by a person and a group is given once", arguments: TestEngine.available)
    func race(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let outcomes = await withTaskGroup(of: ServiceError?.self) { group in
                for number in 1...6 {
                    group.addTask {
                        do {
                            if number.isMultiple(of: 2) {
                                _ = try await cafe.services.register(
                                    SignUp(name: "tricot", email: "n\(number)@mail.example"))
                            } else {
                                try await cafe.services.createGroup(
                                    GroupDraft(name: "tricot", title: "T"), as: .operator)
                            }
                            return nil
                        } catch { return error as? ServiceError ?? .unreachable("\(error)") }
                    }
                }
                return await group.reduce(into: [ServiceError?]()) { $0.append($1) }
            }
            #expect(outcomes.filter { $0 == nil }.count == 1)
            #expect(outcomes.compactMap(\.self).allSatisfy { $0 == .field("name", "taken") })
        }
    }
}
