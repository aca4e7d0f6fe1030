// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import Synchronization
import TestSupport
import Testing
import Vocabulary

/// A small database with people, for one test.
struct Scene: Sendable {
    /// The instant at which every scene begins.
    static let start = Timestamp(1_790_000_000_000)

    let db: Database
    private let ids = IDMaker()

    /// Runs a test in its own scene, and deletes the scene afterwards.
    static func with(
        _ engine: TestEngine, readers: Int = 2, onStatement: (@Sendable (String) -> Void)? = nil,
        _ body: (Scene) async throws -> Void
    ) async throws {
        let db = try await engine.makeDatabase(
            migrations: Schema.migrations, readers: readers, onStatement: onStatement)
        do {
            try await body(Scene(db: db))
        } catch {
            await db.close()
            throw error
        }
        await db.close()
    }

    /// The next id.
    func id<Entity>() -> ID<Entity> { ids.make(at: Self.start) }

    /// A unique IRI.
    func iri(_ kind: String, host: String = "here.example") throws -> IRI {
        let number: ID<Scene> = id()
        return try #require(IRI("https://\(host)/\(kind)/\(number)"))
    }

    /// Stores and returns an account.
    func account(
        _ name: String, host: String = "", kind: Account.Kind = .person, discoverable: Bool = true
    ) async throws -> Account {
        let home = host.isEmpty ? "here.example" : host
        let iri = try #require(IRI("https://\(home)/actors/\(name)"))
        var account = Account(
            id: id(), kind: kind, username: name, host: host, iri: iri, displayName: name.uppercased(),
            createdAt: Self.start)
        account.discoverable = discoverable
        let stored = account
        try await db.write { tx in try Accounts.insert(stored, in: tx) }
        return stored
    }

    /// A post that is not stored yet, published one second after the previous one.
    func draft(
        by author: Account, _ visibility: Visibility = .everyone, replyingTo parent: Post? = nil
    ) throws -> Post {
        let id: ID<Post> = id()
        var post = Post(
            id: id, iri: try iri("posts", host: author.host.isEmpty ? "here.example" : author.host),
            author: author.id, content: SanitizedHTML(unchecked: "<p>\(id)</p>"), visibility: visibility,
            publishedAt: Self.start + .milliseconds(id.rawValue & 0xFFFF), isLocal: author.isLocal)
        if let parent {
            post.inReplyTo = parent.id
            post.inReplyToIRI = parent.iri
            post.thread = parent.thread
            post.event = parent.event
        }
        return post
    }

    /// Stores and returns a post.
    @discardableResult
    func post(
        by author: Account, _ visibility: Visibility = .everyone, replyingTo parent: Post? = nil,
        group: Account? = nil, mentions: [Account] = [], tags: [String] = []
    ) async throws -> Post {
        var post = try draft(by: author, visibility, replyingTo: parent)
        post.group = group?.id
        var parts = PostParts()
        parts.mentions = mentions.map(\.id)
        parts.hashtags = tags
        try await store(post, parts)
        return post
    }

    /// Stores a post that was drafted.
    func store(_ post: Post, _ parts: PostParts = PostParts()) async throws {
        try await db.write { tx in try #require(try Posts.insert(post, parts, in: tx)) }
    }

    /// Stores a boost of a post.
    func boost(_ post: Post, by account: Account) async throws {
        let boost: ID<Boost> = id()
        let activity = try iri("boosts")
        try await db.write { tx in
            _ = try Boosts.add(boost, account: account.id, post: post.id, activity: activity, at: Self.start, in: tx)
        }
    }

    /// Stores an accepted follow.
    func follow(_ target: Account, by follower: Account) async throws {
        let activity = try iri("follows")
        try await db.write { tx in
            _ = try Follows.request(by: follower.id, of: target.id, activity: activity, at: Self.start, in: tx)
            _ = try Follows.setState(.accepted, by: follower.id, of: target.id, in: tx)
        }
    }

    /// Stores a block.
    func block(_ target: Account, by account: Account) async throws {
        let activity = try iri("blocks")
        try await db.write { tx in
            _ = try Blocks.add(by: account.id, target: target.id, activity: activity, at: Self.start, in: tx)
        }
    }

    /// Sets the policy for a host.
    func decide(_ policy: PeerPolicy, about host: String) async throws {
        try await db.write { tx in try Peers.setPolicy(host, policy, note: "", at: Self.start, in: tx) }
    }

    /// An event that is not stored yet. It begins `hours` after the start of the scene and lasts two hours.
    func eventDraft(by owner: Account, hours: Int = 24, capacity: Int? = nil) throws -> Event {
        let id: ID<Event> = id()
        var event = Event(
            id: id, iri: try iri("events", host: owner.host.isEmpty ? "here.example" : owner.host), owner: owner.id,
            uuid: "uuid-\(id)", title: "Event \(id)", startsAt: Self.start + .hours(hours),
            endsAt: Self.start + .hours(hours + 2), publishedAt: Self.start, isLocal: owner.isLocal)
        event.capacity = capacity
        return event
    }

    /// Stores and returns an event.
    func event(by owner: Account, hours: Int = 24, capacity: Int? = nil) async throws -> Event {
        let event = try eventDraft(by: owner, hours: hours, capacity: capacity)
        try await store(event)
        return event
    }

    /// Stores an event that was drafted.
    func store(_ event: Event) async throws {
        try await db.write { tx in try #require(try Events.insert(event, in: tx)) }
    }

    /// The seat request of an account; its state is ignored.
    func wish(_ account: Account, _ event: Event) throws -> Guest {
        Guest(
            account: account.id, event: event.id, state: .asked, join: try iri("joins"), requestedAt: Self.start)
    }

    /// Requests a seat for an account, and returns the resulting state.
    @discardableResult
    func requestToJoin(_ account: Account, _ event: Event) async throws -> Guest.State {
        let guest = try wish(account, event)
        let rank: ID<Guest> = id()
        return try await db.write { tx in try GuestLists.requestToJoin(guest, rank: rank.rawValue, in: tx) }
    }
}
