// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("What members arrange for themselves")
struct PersonalTests {
    @Test("a list keeps its members until they are followed no more", arguments: TestEngine.available)
    func lists(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ada = try await scene.account("ada")
            let bob = try await scene.account("bob")
            let eve = try await scene.account("eve")
            let list = AccountList(id: ID(1), owner: ada.id, title: "Tea", replies: .none, isExclusive: true)
            for friend in [bob, eve] { try await scene.follow(friend, by: ada) }
            try await scene.db.write { tx in
                try AccountLists.insert(list, in: tx)
                #expect(try AccountLists.addMember(bob.id, to: list.id, in: tx))
                #expect(try !AccountLists.addMember(bob.id, to: list.id, in: tx))
                try AccountLists.addMember(eve.id, to: list.id, in: tx)
            }
            #expect(try await scene.db.read { try AccountLists.of(ada.id, in: $0) } == [list])
            #expect(try await scene.db.read { try AccountLists.of(bob.id, in: $0) } == [])
            #expect(try await scene.db.read { try AccountLists.of(ada.id, with: bob.id, in: $0) } == [list])
            let members = try await scene.db.read {
                try AccountLists.members(of: list.id, PageRequest(limit: 1), in: $0)
            }
            #expect(members.map(\.id) == [eve.id])
            try await scene.db.write { tx in _ = try Follows.remove(by: ada.id, of: bob.id, in: tx) }
            #expect(try await scene.db.read { try AccountLists.members(of: list.id, in: $0) }.map(\.id) == [eve.id])
            try await scene.db.write { tx in try AccountLists.delete(list.id, in: tx) }
            #expect(try await scene.db.read { try AccountLists.find(list.id, owner: ada.id, in: $0) } == nil)
        }
    }

    @Test("a mute ends by itself, and nothing else does", arguments: TestEngine.available)
    func mutes(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ada = try await scene.account("ada")
            let bob = try await scene.account("bob")
            let eve = try await scene.account("eve")
            let end = Scene.start + .seconds(60)
            try await scene.db.write { tx in
                try Mutes.set(
                    by: ada.id, target: bob.id, hidesNotifications: false, until: end, at: Scene.start, in: tx)
                try Mutes.set(
                    by: ada.id, target: eve.id, hidesNotifications: true, until: nil, at: Scene.start, in: tx)
            }
            let relations = try await scene.db.read {
                try AccountRelations.load([bob.id, eve.id], viewer: ada.id, in: $0)
            }
            #expect(relations.map(\.mutes) == [true, true])
            #expect(relations.map(\.mutesNotifications) == [false, true])
            #expect(relations.map(\.muteEndsAt) == [end, nil])
            // It ends on time, also when nothing has removed its row yet.
            let later = try await scene.db.read {
                try AccountRelations.load([bob.id, eve.id], viewer: ada.id, at: end, in: $0)
            }
            #expect(later.map(\.mutes) == [false, true] && later.map(\.muteEndsAt) == [nil, nil])
            let muted = try await scene.db.read { try Mutes.list(of: ada.id, PageRequest(), at: end, in: $0) }
            #expect(muted.map(\.id) == [eve.id])
            #expect(try await scene.db.write { try Retention.sweep("mute", at: end, in: $0) } == 1)
            #expect(try await scene.db.read { try Mutes.list(of: ada.id, PageRequest(), in: $0) }.map(\.id) == [eve.id])
        }
    }

    @Test("notes and recommendations belong to the one who made them", arguments: TestEngine.available)
    func marks(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ada = try await scene.account("ada")
            let bob = try await scene.account("bob")
            try await scene.db.write { tx in
                for note in ["tea", "milk"] { try AccountNotes.set(note, about: bob.id, by: ada.id, in: tx) }
                for _ in 1...2 { try Endorsements.add(bob.id, by: ada.id, in: tx) }
            }
            let forth = try await scene.db.read { try AccountRelations.load([bob.id], viewer: ada.id, in: $0) }
            let back = try await scene.db.read { try AccountRelations.load([ada.id], viewer: bob.id, in: $0) }
            #expect(forth.map(\.note) == ["milk"] && forth.map(\.endorses) == [true])
            #expect(back.map(\.note) == [""] && back.map(\.endorses) == [false])
            try await scene.db.write { tx in try AccountNotes.set("", about: bob.id, by: ada.id, in: tx) }
            #expect(
                try await scene.db.read { try AccountRelations.load([bob.id], viewer: ada.id, in: $0) }[0].note == "")
        }
    }

    @Test(
        "a filter comes back as it was stored, and finds words and statuses on a page", arguments: TestEngine.available)
    func filters(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ada = try await scene.account("ada")
            let bob = try await scene.account("bob")
            var post = try scene.draft(by: bob)
            post.content = SanitizedHTML(unchecked: "<p>A pot of <b>Tea</b>&amp;milk</p>")
            try await scene.store(post)
            let number = post.id
            let other = try await scene.post(by: bob)
            var words = ContentFilter(id: ID(60), owner: ada.id, title: "Tea", places: [.home, .public], action: .hide)
            words.expiresAt = Scene.start
            words.maker = 7
            words.keywords = [
                .init(id: ID(61), text: "TEA&milk", wholeWord: true), .init(id: ID(62), text: "te", wholeWord: true),
                .init(id: ID(63), text: "Ot o", wholeWord: false),
            ]
            var named = ContentFilter(id: ID(70), owner: ada.id, title: "That", places: [.thread])
            named.named = [.init(id: ID(71), item: ID(other.id.rawValue))]
            let empty = ContentFilter(id: ID(80), owner: ada.id, title: "Nothing", places: [.home])
            try await scene.db.write { [words, named] tx in
                for filter in [words, named, empty] { try ContentFilters.put(filter, in: tx) }
            }
            #expect(try await scene.db.read { try ContentFilters.of(ada.id, in: $0) } == [words, named, empty])
            #expect(
                try await scene.db.read { try ContentFilters.find(keyword: ID(63), owner: ada.id, in: $0) } == words)
            #expect(try await scene.db.read { try ContentFilters.find(keyword: ID(63), owner: bob.id, in: $0) } == nil)
            let views = try await scene.db.read {
                try StatusViews.ofPosts([number, other.id], viewer: ada.id, in: $0)
            }
            #expect(
                views.map(\.filtered) == [
                    [FilterMatch(filter: words, keywords: ["TEA&milk", "Ot o"], named: [])],
                    [FilterMatch(filter: named, keywords: [], named: [ID(other.id.rawValue)])],
                ])
            let theirs = try await scene.db.read { try StatusViews.ofPosts([number], viewer: bob.id, in: $0) }
            #expect(theirs.map(\.filtered) == [[]])
            words.keywords.removeFirst(2)
            try await scene.db.write { [words] tx in try ContentFilters.put(words, in: tx) }
            #expect(try await scene.db.read { try ContentFilters.find(ID(60), owner: ada.id, in: $0) } == words)
            #expect(try await scene.db.write { try ContentFilters.delete(ID(60), owner: bob.id, in: $0) } == false)
            #expect(try await scene.db.write { try ContentFilters.delete(ID(60), owner: ada.id, in: $0) })
        }
    }

    @Test("a hashtag tells its days, and who follows and shows it", arguments: TestEngine.available)
    func tags(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ada = try await scene.account("ada")
            let bob = try await scene.account("bob")
            for author in [ada, ada, bob] { try await scene.post(by: author, tags: ["tea"]) }
            try await scene.post(by: bob, .followers, tags: ["tea"])
            try await scene.db.write { tx in
                try FollowedTags.add("tea", by: ada.id, mark: 5, in: tx)
                try FeaturedTags.add(ID(6), "tea", by: bob.id, in: tx)
                try FeaturedTags.add(ID(7), "none", by: bob.id, in: tx)
            }
            let later = Scene.start + .days(1)
            let view = try await scene.db.read { try Tags.views(["tea"], viewer: ada.id, at: later, in: $0) }[0]
            #expect(view.isFollowed && !view.isFeatured)
            #expect(view.history.count == 7)
            #expect(view.history.map(\.uses) == [0, 3, 0, 0, 0, 0, 0])
            #expect(view.history.map(\.accounts) == [0, 2, 0, 0, 0, 0, 0])
            #expect(view.history[0].day.milliseconds % 86_400_000 == 0)
            let featured = try await scene.db.read { try FeaturedTags.list(of: bob.id, in: $0) }
            #expect(featured.map(\.tag) == ["none", "tea"])
            #expect(featured.map(\.postCount) == [0, 1])
            #expect(featured[0].lastPostAt == nil && featured[1].lastPostAt != nil)
            #expect(try await scene.db.read { try FeaturedTags.suggestions(for: ada.id, in: $0) } == ["tea"])
            #expect(try await scene.db.read { try FeaturedTags.suggestions(for: bob.id, in: $0) } == [])
        }
    }

    @Test("who is suggested is neither followed, blocked, muted, dismissed nor hidden", arguments: TestEngine.available)
    func suggestions(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ada = try await scene.account("ada")
            var groups: [Account] = []
            for name in ["g1", "g2", "g3", "g4", "g5"] { groups.append(try await scene.account(name, kind: .group)) }
            _ = try await scene.account("hidden", kind: .group, discoverable: false)
            _ = try await scene.account("far", host: "far.example", kind: .group)
            try await scene.follow(groups[0], by: ada)
            try await scene.block(groups[1], by: ada)
            let (muted, dismissed) = (groups[2].id, groups[3].id)
            try await scene.db.write { tx in
                try Mutes.set(
                    by: ada.id, target: muted, hidesNotifications: true, until: nil, at: Scene.start, in: tx)
                try Suggestions.dismiss(dismissed, for: ada.id, in: tx)
            }
            let found = try await scene.db.read { try Suggestions.list(for: ada.id, limit: 9, in: $0) }
            #expect(found.map(\.username) == ["g5"])
        }
    }

    @Test("familiar followers are those whom one follows oneself", arguments: TestEngine.available)
    func familiar(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ada = try await scene.account("ada")
            let bob = try await scene.account("bob")
            let eve = try await scene.account("eve")
            let group = try await scene.account("cafe", kind: .group)
            for member in [ada, bob, eve] { try await scene.follow(group, by: member) }
            try await scene.follow(bob, by: ada)
            let found = try await scene.db.read {
                try Suggestions.familiarFollowers(of: [group.id, bob.id], viewer: ada.id, in: $0)
            }
            #expect(found.mapValues { $0.map(\.id) } == [group.id: [bob.id]])
        }
    }
}
