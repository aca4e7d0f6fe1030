// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import Synchronization
import TestSupport
import Testing

@Suite("Visibility")
struct VisibilityTests {
    @Test(
        "each surface shows each reader exactly the posts and events that the rules allow",
        arguments: TestEngine.available, AuthorState.allCases)
    func matrix(engine: TestEngine, state: AuthorState) async throws {
        try await Scene.with(engine) { scene in
            let cast = try await VisibilityCast(state, scene)
            let cells = try await scene.db.read { db in
                var cells = 0
                for one in cast.seen {
                    for reader in Reader.allCases {
                        #expect(try cast.knowsRelation(of: reader, to: one, in: db))
                        let shown = try cast.surfaces(showing: one, to: reader, in: db)
                        let expected = cast.expected(one, reader)
                        let difference = shown.symmetricDifference(expected).map(\.rawValue).sorted()
                        #expect(difference == [], "\(reader) \(one.kind) \(one.visibility): shown \(shown)")
                        cells += Surface.allCases.count { $0.exists(for: one.kind, reader) }
                    }
                }
                return cells
            }
            print("Visibility on \(engine), author \(state): \(cells) cells")
            #expect(cells > 2_000)
        }
    }

    @Test("who brought an item must be one that the reader may see", arguments: TestEngine.available)
    func bringers(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let (ana, me) = (try await scene.account("ana"), try await scene.account("me"))
            let post = try await scene.post(by: ana)
            var bringers: [String: Account] = [:]
            for name in ["friend", "blocked", "blocker", "muted", "suspended", "far"] {
                let bringer = try await scene.account(name, host: name == "far" ? "far.example" : "")
                try await scene.follow(bringer, by: me)
                bringers[name] = bringer
            }
            var boosts: [String: ID<TimelineItem>] = [:]
            for (name, bringer) in bringers {
                try await scene.boost(post, by: bringer)
                boosts[name] = try await scene.db.read {
                    try TimelineItems.boost(of: post.id, by: bringer.id, in: $0)?.id
                }
            }
            let (known, items) = (bringers, boosts)
            try await scene.block(try #require(known["blocked"]), by: me)
            try await scene.block(me, by: try #require(known["blocker"]))
            try await scene.decide(.blocked, about: "far.example")
            try await scene.db.write { tx in
                try Accounts.suspend(try #require(known["suspended"]).id, at: Scene.start, in: tx)
                try Mutes.set(
                    by: me.id, target: try #require(known["muted"]).id, hidesNotifications: false, until: nil,
                    at: Scene.start, in: tx)
                for (name, item) in items {
                    let readable = try StatusViews.one(item, viewer: me.id, in: tx) != nil
                    #expect(readable == ["friend", "muted"].contains(name), "\(name)")
                    let streamed = try StreamAudience.load(item, listeners: [me.id], lists: [], mode: .open, in: tx)
                    #expect((streamed?.readers[me.id] != nil) == (name == "friend"), "\(name)")
                }
                let home = try Timelines.home(me.id, PageRequest(), in: tx)
                #expect(home.items.map(\.account) == [known["friend"]?.id])
            }
        }
    }
}

// MARK: - Expected results

extension VisibilityCast {
    /// Whether the database returns the relation of a reader that the cast set up.
    func knowsRelation(of reader: Reader, to one: Seen, in db: some Queryable) throws -> Bool {
        if let post = one.post {
            let known = try people[reader].map { try Posts.relation(of: $0, to: post, in: db) } ?? .stranger
            return known == Self.postRelation(reader)
        }
        guard let event = one.event else { return false }
        let known = try people[reader].map { try Events.relation(of: $0, to: event, in: db) } ?? .stranger
        return known == Self.eventRelation(reader)
    }

    private static func postRelation(_ reader: Reader) -> PostRelation {
        PostRelation(
            isAuthor: reader == .author, followsAuthor: reader.followsAuthor, isMentioned: reader.isNamed,
            isBlocked: reader.isBlocked)
    }

    private static func eventRelation(_ reader: Reader) -> EventRelation {
        EventRelation(
            isOwner: reader == .author, isOrganizer: reader == .organizer, followsOwner: reader.followsAuthor,
            isInvited: reader.isNamed, isBlocked: reader.isBlocked)
    }

    private func mayRead(_ one: Seen, _ reader: Reader) -> Bool {
        let isAllowed =
            one.kind == .post
            ? PostPolicy.mayRead(one.visibility, as: Self.postRelation(reader))
            : EventPolicy.mayRead(one.visibility, as: Self.eventRelation(reader))
        return state.isShown && isAllowed
    }

    private func wants(_ one: Seen, _ reader: Reader) -> Bool {
        switch reader {
        case .muter: false
        case .hostMuter: !state.isRemote
        case .threadMuter: one.kind == .event
        default: true
        }
    }

    /// The surfaces that must show the post or event to the reader.
    func expected(_ one: Seen, _ reader: Reader) -> Set<Surface> {
        guard mayRead(one, reader) else { return [] }
        // Surfaces that show a single item, or the reader's own bookmarks and favourites, show it even when the reader
        // muted its author.
        var surfaces: Set<Surface> = [
            .status, .boost, .page, .thread, .context, .quoted, .quotes, .bookmarks, .favourites, .notification,
            .collection,
        ]
        let isPublic = one.visibility == .everyone
        if one.visibility != .direct { surfaces.insert(.account) }
        if isPublic && state.isListed { surfaces.formUnion([.agenda, .calendar]) }
        if wants(one, reader) {
            surfaces.formUnion([.list, .listStream, .search])
            if reader.isNamed { surfaces.insert(.mentions) }
            let hearsAuthor = reader.followsAuthor || reader == .author
            if hearsAuthor { surfaces.insert(.homeStream) }
            if reader != .boostHider { surfaces.insert(.boostStream) }
            if hearsAuthor || reader != .boostHider { surfaces.insert(.home) }
            // Followers of the group also see the items there that are not public.
            if state.isListed && (isPublic || (one.visibility != .direct && reader != .visitor)) {
                surfaces.formUnion([.group, .groupPage, .groupFeed])
            }
            if isPublic && state.isListed { surfaces.formUnion([.everyone, .tag, .discussions, .feed]) }
        }
        return surfaces.filter { $0.exists(for: one.kind, reader) && !($0.needsAccount && reader == .visitor) }
    }
}
