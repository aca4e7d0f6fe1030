// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("Following")
struct FollowTests {
    @Test("a member here is followed at once, one who approves when the answer came", arguments: TestEngine.available)
    func local(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let (ada, bob) = (try await cafe.member("ada"), try await cafe.member("bob"))
            #expect(try await cafe.services.follow(bob, as: .member(ada)) == .accepted)
            #expect(try await cafe.services.follow(bob, as: .member(ada)) == .accepted)
            let draft = ProfileDraft(
                displayName: "Ada", summary: "", discoverable: true, approvesFollowers: true, language: nil)
            try await cafe.services.editProfile(draft, as: .member(ada))
            #expect(try await cafe.services.follow(ada, as: .member(bob)) == .requested)
            try await cafe.services.answerFollowRequest(from: bob, to: ada, accept: true, as: .member(ada))
            #expect(try await state(bob, ada, cafe) == .accepted)
            try await cafe.services.unfollow(ada, as: .member(bob))
            try await cafe.services.unfollow(ada, as: .member(bob))
            #expect(try await state(bob, ada, cafe) == nil)
            #expect(try await cafe.deliveries().isEmpty)
        }
    }

    @Test("somebody elsewhere is asked, at their own inbox, and told when it ends", arguments: TestEngine.available)
    func remote(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let ada = try await cafe.member("ada")
            cafe.world.servePerson("vic")
            let answer = try await cafe.services.follow(handle: "@vic@far.example", as: .member(ada))
            #expect(answer.state == .requested && answer.account.iri.string == "https://far.example/users/vic")
            try await cafe.services.unfollow(answer.account.id, as: .member(ada))
            let inbox = "https://far.example/users/vic/inbox"
            #expect(try await cafe.deliveries() == ["Follow ada \(inbox)", "Undo ada \(inbox)"])
            let follow = try await cafe.documents("Follow").last?["id"]
            #expect(try await cafe.documents("Undo").first?["object"]?["id"] == follow)
        }
    }

    @Test("an app that repeats its request asks once; a day later it is asked again", arguments: TestEngine.available)
    func repeated(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let (ada, vic) = (try await cafe.member("ada"), try await cafe.stranger("vic"))
            try await cafe.forgetSayings()
            for _ in 1...3 { try await cafe.services.follow(vic.id, as: .member(ada)) }
            let once = try await cafe.sayings()
            #expect(once == ["Follow ada"])
            cafe.clock.pass(.days(1))
            try await cafe.services.follow(vic.id, as: .member(ada))
            let twice = try await cafe.sayings()
            #expect(twice == ["Follow ada", "Follow ada"])
        }
    }

    @Test(
        "a follower elsewhere is told yes or no, by the member or by who runs the group",
        arguments: [(true, "Accept"), (false, "Reject")])
    func answers(accept: Bool, type: String) async throws {
        try await Cafe.open { cafe in
            let (ada, mona) = (try await cafe.member("ada"), try await cafe.member("mona", .moderator))
            let group = try await cafe.local("cafe").id
            let vic = try await cafe.stranger("vic").id
            for target in [ada, group] { try await cafe.follow(target, by: vic, state: .requested) }
            try await cafe.forgetSayings()
            try await cafe.services.answerFollowRequest(from: vic, to: ada, accept: accept, as: .member(ada))
            try await cafe.services.answerFollowRequest(from: vic, to: group, accept: accept, as: .member(mona))
            #expect(
                try await cafe.deliveries()
                    == ["ada", "cafe"].map { "\(type) \($0) https://far.example/users/vic/inbox" })
            #expect(try await state(vic, ada, cafe) == (accept ? .accepted : .rejected))
            try await cafe.expect(.notFound) {
                try await $0.answerFollowRequest(from: vic, to: ada, accept: accept, as: .member(ada))
            }
        }
    }

    @Test("nobody answers for another person, moderators neither, nor for a group elsewhere")
    func strangersAnswer() async throws {
        try await Cafe.open { cafe in
            let (ada, eve) = (try await cafe.member("ada"), try await cafe.member("eve"))
            let mona = try await cafe.member("mona", .steward)
            let vic = try await cafe.stranger("vic").id
            let group = try await cafe.local("cafe").id
            for (target, follower) in [(ada, vic), (group, vic), (vic, ada)] {
                try await cafe.follow(target, by: follower, state: .requested)
            }
            for person in [eve, mona] {
                try await cafe.expect(.notAllowed) {
                    try await $0.answerFollowRequest(from: vic, to: ada, accept: true, as: .member(person))
                }
                // A follow of a remote account can only be answered by that account.
                try await cafe.expect(.notFound) {
                    try await $0.answerFollowRequest(from: ada, to: vic, accept: true, as: .member(person))
                }
            }
            try await cafe.expect(.notAllowed) {
                try await $0.answerFollowRequest(from: vic, to: group, accept: true, as: .member(eve))
            }
        }
    }

    @Test("one does not follow oneself, nobody, the suspended, or where one is blocked")
    func refused() async throws {
        try await Cafe.open { cafe in
            let (ada, eve) = (try await cafe.member("ada"), try await cafe.member("eve"))
            try await cafe.block(eve, by: ada)
            let gone = try await cafe.member("gone")
            try await cafe.services.suspend(gone, true, as: .operator)
            for target in [eve, ada, gone, ID(1)] {
                try await cafe.expect(.notFound) { try await $0.follow(target, as: .member(eve)) }
            }
            try await cafe.expect(.notFound) { try await $0.unfollow(ID(1), as: .member(eve)) }
            try await cafe.expect(.notAllowed) { try await $0.follow(ada, as: .member(gone)) }
            try await cafe.expect(.notAllowed) { try await $0.unfollow(ada, as: .member(ID(1))) }
            try await cafe.expect(.notFound) { try await $0.follow(handle: "@nobody@far.example", as: .member(eve)) }
            try await cafe.expect(.field("handle", "not_a_handle")) {
                try await $0.follow(handle: "a b", as: .member(eve))
            }
        }
    }

    @Test("whoever runs a group lets it follow and unfollow; others do not", arguments: TestEngine.available)
    func groups(engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let (ada, mona) = (try await cafe.member("ada"), try await cafe.member("mona", .moderator))
            let group = try await cafe.local("cafe").id
            cafe.world.servePerson("vic")
            let (target, follow) = try await cafe.services.follow(
                handle: "vic@far.example", as: .group(group, by: mona))
            #expect(follow == .requested)
            try await cafe.expect(.notAllowed) {
                try await $0.follow(handle: "@vic@far.example", as: .group(group, by: ada))
            }
            try await cafe.expect(.notAllowed) { try await $0.unfollow(target.id, as: .group(group, by: ada)) }
            try await cafe.expect(.notAllowed) { try await $0.follow(handle: "@mona", as: .group(ada, by: mona)) }
            try await cafe.services.unfollow(target.id, as: .group(group, by: mona))
            #expect(try await state(group, target.id, cafe) == nil)
        }
    }

    private func state(_ follower: ID<Account>, _ target: ID<Account>, _ cafe: Cafe) async throws -> Follow.State? {
        try await cafe.database.read { db in try Follows.find(by: follower, of: target, in: db)?.state }
    }
}
