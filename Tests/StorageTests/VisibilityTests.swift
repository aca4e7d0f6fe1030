// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

/// Who looks at a post, as far as reading goes.
private enum ViewerKind: String, CaseIterable {
    case visitor, member, follower, wouldBeFollower, named, author, blocker, blockedFollower, blockedNamed
}

@Suite("visibility")
struct VisibilityTests {
    /// All viewers follow the group, and the group wrongly relays every post, so that only the rules hold one back.
    @Test(
        "each list shows each viewer exactly the posts that the rules allow",
        arguments: TestEngine.available, Visibility.allCases)
    func matrix(engine: TestEngine, visibility: Visibility) async throws {
        try await Scene.with(engine) { scene in
            let group = try await scene.account("cafe", kind: .group)
            let people = try await people(in: scene, following: group)
            let author = try #require(people[.author])
            let named = try [.named, .blockedNamed].map { try #require(people[$0]) }
            let post = try await scene.post(by: author, visibility, group: group, mentions: named, tags: ["tag"])
            try await scene.boost(post, by: group)
            for kind in ViewerKind.allCases {
                let viewer = people[kind]?.id
                try await scene.db.read { db in
                    let relation = try viewer.map { try Posts.relation(of: $0, to: post, in: db) } ?? .stranger
                    #expect(relation == Self.expected(kind))
                    let mayRead = PostPolicy.mayRead(visibility, as: relation)
                    let shown = try Self.lists(showing: post, to: viewer, in: group, db)
                    #expect(shown == Self.expected(kind, visibility, mayRead), "\(kind) \(visibility)")
                }
            }
        }
    }

    private func people(in scene: Scene, following group: Account) async throws -> [ViewerKind: Account] {
        var people: [ViewerKind: Account] = [:]
        for kind in ViewerKind.allCases where kind != .visitor {
            let person = try await scene.account(kind.rawValue)
            try await scene.follow(group, by: person)
            people[kind] = person
        }
        let author = try #require(people[.author])
        for kind in [ViewerKind.follower, .blockedFollower] {
            try await scene.follow(author, by: try #require(people[kind]))
        }
        for kind in [ViewerKind.blockedFollower, .blockedNamed] {
            try await scene.block(try #require(people[kind]), by: author)
        }
        let (blocker, hopeful) = (try #require(people[.blocker]), try #require(people[.wouldBeFollower]))
        try await scene.block(author, by: blocker)
        let wish = try scene.iri("follows")
        try await scene.db.write { tx in
            _ = try Follows.request(by: hopeful.id, of: author.id, activity: wish, at: Scene.start, in: tx)
        }
        return people
    }

    private static func expected(_ kind: ViewerKind) -> PostRelation {
        PostRelation(
            isAuthor: kind == .author, followsAuthor: kind == .follower || kind == .blockedFollower,
            isMentioned: kind == .named || kind == .blockedNamed,
            isBlocked: kind == .blocker || kind == .blockedFollower || kind == .blockedNamed)
    }

    private static func expected(_ kind: ViewerKind, _ visibility: Visibility, _ mayRead: Bool) -> Set<String> {
        var lists: Set<String> = []
        if visibility == .everyone && mayRead { lists.formUnion(["discussions", "group", "tag"]) }
        if visibility != .direct && mayRead { lists.insert("account") }
        if mayRead { lists.formUnion(["thread", "view"]) }
        if kind != .visitor && mayRead { lists.insert("home") }
        if kind == .named { lists.insert("mentions") }
        return lists
    }

    /// The names of the reads that show the post.
    private static func lists(
        showing post: Post, to viewer: ID<Account>?, in group: Account, _ db: some Queryable
    ) throws -> Set<String> {
        let (page, mode) = (PageRequest(), FederationMode.open)
        var found: [String: [ID<Post>]] = [:]
        found["discussions"] = try Timelines.discussions(page, viewer: viewer, mode: mode, in: db).items
        found["group"] = try Timelines.group(group.id, page, viewer: viewer, mode: mode, in: db).items
        found["tag"] = try Timelines.tag("tag", page, viewer: viewer, mode: mode, in: db).items
        found["account"] = try Timelines.account(post.author, page, viewer: viewer, in: db).items
        found["thread"] = try Threads.load(post.thread, viewer: viewer, in: db)
        found["view"] = try PostViews.load([post.id], viewer: viewer, in: db).map(\.id)
        if let viewer {
            found["home"] = try Timelines.home(viewer, page, in: db).items
            found["mentions"] = try Timelines.mentions(viewer, page, in: db).items
        }
        return Set(found.filter { $0.value.contains(post.id) }.keys)
    }
}
