// SPDX-License-Identifier: Apache-2.0

import CivilDates
import Database
import Model
import Storage
import Vocabulary

@testable import Federation

/// The state before an activity arrives, from a `before.json`.
///
/// `now` sets the clock. The documents in `remote` are served. Each entry of `local` is stored in order. Then the
/// activities in `received` are processed. Then the documents in `later` replace those that were served before.
/// `federation-specs/README.md` lists the entries.
struct GoldenSetup {
    let world: FederationWorld
    private var nextID: Int64 = 1

    init(_ world: FederationWorld) { self.world = world }

    mutating func apply(_ before: JSON) async throws {
        if let now = before["now"]?.string.flatMap(Dates.parse) { world.clock.set(Timestamp(now)) }
        for (_, document) in before["remote"]?.object ?? [:] { try world.nodes.serve(document) }
        for silent in before["silent"]?.array ?? [] { world.nodes.fail(silent.string ?? "", .unavailable(status: nil)) }
        for entry in before["local"]?.array ?? [] { try await add(Entry(json: entry)) }
        for activity in before["received"]?.array ?? [] { try await world.receive(activity) }
        for (id, document) in before["later"]?.object ?? [:] {
            if document.isNull {
                world.nodes.fail(id, .gone)
            } else {
                try world.nodes.serve(document, key: try? world.nodes.key(of: id))
            }
        }
    }

    private mutating func add(_ entry: Entry) async throws {
        switch try entry.text("type") {
        case "person":
            try await world.addPerson(try entry.text("name"), approvesFollowers: entry.flag("approvesFollowers"))
        case "group":
            try await world.addGroup(try entry.text("name"), approvesFollowers: entry.flag("approvesFollowers"))
        case "known": _ = try await known(try entry.address("id"))
        case "post": try await addPost(entry)
        case "event": try await addEvent(entry)
        case let relation: try await relate(relation, entry)
        }
    }

    /// A known actor, post or event of another node.
    private func known(_ id: IRI) async throws -> Fetched {
        try await world.federation.posts.resolve(id)
    }

    private mutating func addPost(_ entry: Entry) async throws {
        let id = ID<Post>(entry.number("id") ?? 0)
        let entry = entry
        let (identifiers, now) = (world.identifiers, world.clock.now)
        try await world.database.write { tx in
            let author = try entry.account("author", in: tx)
            var post = Post(
                id: id, iri: identifiers.post(id), author: author.id,
                content: .init(unchecked: entry.textOrNil("content") ?? "<p>Hello</p>"),
                visibility: Visibility(rawValue: entry.textOrNil("visibility") ?? "public") ?? .everyone,
                publishedAt: now - .hours(1), isLocal: true)
            post.url = post.iri
            post.title = entry.textOrNil("title") ?? ""
            if entry.has("group") { post.group = try entry.account("group", in: tx).id }
            if entry.has("inReplyTo") {
                post.inReplyToIRI = try entry.address("inReplyTo")
                ObjectStore.linkToParent(
                    &post,
                    try ArrivingPosts.read(
                        post.iri, by: author.id, naming: [], replyingTo: post.inReplyToIRI, at: now, in: tx))
            }
            var parts = PostParts()
            for mention in entry.json["mentions"]?.array ?? [] {
                parts.mentions.append(try Entry(json: ["by": mention]).account("by", in: tx).id)
            }
            if let titles = entry.json["poll"]?.array {
                let options = titles.compactMap { $0.string.map { Poll.Option(title: $0) } }
                parts.poll = Poll(
                    options: options, isMultiple: entry.flag("isMultiple"),
                    expiresAt: now + (entry.flag("isOver") ? .hours(-1) : .hours(1)))
            }
            post.quotePolicy = entry.textOrNil("quotePolicy").flatMap(QuotePolicy.init(rawValue:)) ?? .everyone
            _ = try Posts.insert(post, parts, in: tx)
        }
    }

    private func addEvent(_ entry: Entry) async throws {
        let id = ID<Event>(entry.number("id") ?? 0)
        let (identifiers, now) = (world.identifiers, world.clock.now)
        try await world.database.write { tx in
            let start = try entry.instant("startsAt")
            var event = Event(
                id: id, iri: identifiers.event(id), owner: try entry.account("owner", in: tx).id,
                uuid: "0b7a4f5e-0000-4000-8000-\(String(1_000_000_000_000 + id.rawValue).dropFirst())",
                title: try entry.text("title"), startsAt: start, endsAt: start + .hours(2),
                publishedAt: now - .hours(1), isLocal: true)
            event.url = event.iri
            event.timeZone = "Europe/Paris"
            event.capacity = entry.number("capacity").map(Int.init)
            event.joinMode = event.capacity == nil ? .free : .restricted
            event.status = entry.textOrNil("status").flatMap(EventStatus.init(rawValue:)) ?? .scheduled
            event.visibility = entry.textOrNil("visibility").flatMap(Visibility.init(rawValue:)) ?? .everyone
            try Events.insert(event, in: tx)
        }
    }

    private mutating func relate(_ relation: String, _ entry: Entry) async throws {
        nextID += 1
        let (number, now) = (nextID, world.clock.now)
        try await world.database.write { tx in
            let by = try entry.account("by", in: tx).id
            switch relation {
            case "follow":
                let target = try entry.account("of", in: tx).id
                _ = try Follows.request(by: by, of: target, activity: try entry.address("activity"), at: now, in: tx)
                let state = Follow.State(rawValue: entry.textOrNil("state") ?? "accepted") ?? .accepted
                if state != .requested { _ = try Follows.setState(state, by: by, of: target, in: tx) }
            case "block":
                let target = try entry.account("of", in: tx).id
                _ = try Blocks.add(by: by, target: target, activity: try entry.address("activity"), at: now, in: tx)
            case "like", "boost":
                let activity = try entry.address("activity")
                guard let post = try Posts.byIRI(try entry.address("of"), in: tx)?.id else {
                    throw Incomplete("\(relation) of an unknown post")
                }
                if relation == "like" {
                    _ = try Likes.add(account: by, post: post, activity: activity, at: now, in: tx)
                }
                if relation == "boost" {
                    _ = try Boosts.add(ID(number), account: by, post: post, activity: activity, at: now, in: tx)
                }
            case "guest": try Self.seat(by, entry, rank: number, at: now, in: tx)
            default: throw Incomplete("an entry of the unknown type \(relation)")
            }
        }
    }

    private static func seat(
        _ account: ID<Account>, _ entry: Entry, rank: Int64, at now: Timestamp, in tx: Transaction
    ) throws {
        guard let event = try Events.byIRI(try entry.address("of"), in: tx) else {
            throw Incomplete("a guest of an unknown event")
        }
        let state = Guest.State(rawValue: entry.textOrNil("state") ?? "going") ?? .going
        let guest = Guest(
            account: account, event: event.id, state: state, join: try entry.address("activity"), requestedAt: now)
        try GuestLists.set(guest, rank: rank, in: tx)
    }
}

/// One entry of `local`. Unknown members are an error.
private struct Entry: Sendable {
    let json: JSON

    func has(_ key: String) -> Bool { json[key] != nil }
    func textOrNil(_ key: String) -> String? { json[key]?.string }
    func number(_ key: String) -> Int64? { json[key]?.int }
    func flag(_ key: String) -> Bool { json[key]?.bool ?? false }

    func text(_ key: String) throws -> String {
        guard let text = textOrNil(key) else { throw Incomplete("an entry without \(key)") }
        return text
    }

    func address(_ key: String) throws -> IRI {
        guard let iri = IRI(try text(key)) else { throw Incomplete("\(key) is no address") }
        return iri
    }

    func instant(_ key: String) throws -> Timestamp {
        guard let time = Dates.parse(try text(key)) else { throw Incomplete("\(key) is no time") }
        return Timestamp(time)
    }

    func account(_ key: String, in tx: Transaction) throws -> Account {
        let iri = try address(key)
        guard let account = try Accounts.byIRI(iri, in: tx) else { throw Incomplete("\(iri.string) is not known") }
        return account
    }
}
