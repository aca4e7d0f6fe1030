// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import Vocabulary

/// Reads the state of a node in the form of `state` in an `expect.json`: by kind, then by id.
enum GoldenState {
    /// The stored object with an id; null when there is none.
    static func read(_ kind: String, _ id: String, in db: Snapshot) throws -> JSON {
        let iri = try address(id)
        switch kind {
        case "accounts": return try Accounts.byIRI(iri, in: db).map(account) ?? .null
        case "follows": return try follows("follower_id", "target_id", iri, in: db)
        case "followers": return try follows("target_id", "follower_id", iri, in: db)
        case "posts": return try Posts.byIRI(iri, in: db).map { try post($0, in: db) } ?? .null
        case "events": return try Events.byIRI(iri, in: db).map { try event($0, in: db) } ?? .null
        case "blocks":
            return JSON(try iris("block b JOIN account t ON t.id = b.target_id", "b.account_id", iri, in: db))
        case "bans":
            return JSON(try iris("group_ban b JOIN account t ON t.id = b.account_id", "b.group_id", iri, in: db))
        case "pins":
            return JSON(
                try Accounts.byIRI(iri, in: db).map { try Posts.iris(of: Pins.list(of: $0.id, in: db), in: db) } ?? [])
        case "locks":
            return JSON(try Posts.byIRI(iri, in: db).map { try ThreadLocks.exists($0.thread, in: db) } ?? false)
        case "tombstones": return try Tombstones.find(iri, in: db).map { JSON($0.formerType) } ?? .null
        case "moves":
            return try db.row(
                "SELECT m.target_iri FROM move m JOIN account a ON a.id = m.account_id WHERE a.iri = \(iri)"
            ).map { JSON(try $0.text("target_iri")) } ?? .null
        case "reports": return try report(iri, in: db)
        default: throw Incomplete("a state of the unknown kind \(kind)")
        }
    }

    private static func account(_ account: Account) -> JSON {
        [
            "kind": JSON(account.kind.rawValue), "handle": JSON(account.handle.description),
            "displayName": JSON(account.displayName), "summary": JSON(account.summary.string),
            "isActive": JSON(account.isActive),
        ]
    }

    private static func follows(_ mine: SQL, _ other: SQL, _ iri: IRI, in db: Snapshot) throws -> JSON {
        let rows = try db.rows(
            """
            SELECT o.iri, f.state FROM follow f JOIN account me ON me.id = f.\(mine) JOIN account o ON o.id = f.\(other)
            WHERE me.iri = \(iri) ORDER BY o.iri
            """)
        return .object(JSON.Object(try rows.map { (try $0.text("iri"), JSON(try $0.text("state"))) }))
    }

    private static func post(_ post: Post, in db: Snapshot) throws -> JSON {
        let parts = try Posts.parts(of: post.id, in: db)
        let group: JSON = try post.group.map { try name($0, in: db) } ?? .null
        let parent: JSON = post.inReplyTo == nil ? .null : post.inReplyToIRI.map { JSON($0) } ?? .null
        let thread: JSON = try Posts.byID(post.thread, in: db).map { JSON($0.iri) } ?? .null
        let event: JSON = try post.event.flatMap { try Events.byID($0, in: db) }.map { JSON($0.iri) } ?? .null
        let edited: JSON = post.editedAt.map { JSON($0.description) } ?? .null
        let quote: JSON = post.quote.map { ["of": JSON($0.iri), "state": JSON($0.state.rawValue)] } ?? .null
        let said: JSON = parts.poll.map { poll($0) } ?? .null
        return .object(droppingNil: [
            ("author", try name(post.author, in: db)), ("title", JSON(post.title)),
            ("content", JSON(post.content.string)), ("warning", JSON(post.warning)),
            ("visibility", JSON(post.visibility.rawValue)),
            ("group", group), ("inReplyTo", parent), ("thread", thread), ("event", event), ("editedAt", edited),
            ("mentions", .array(try parts.mentions.map { try name($0, in: db) })),
            ("hashtags", JSON(parts.hashtags)), ("attachments", JSON(parts.attachments.map(\.url))),
            (
                "likes",
                JSON(try iris("post_like b JOIN account t ON t.id = b.account_id", "b.post_id", post.id, in: db))
            ),
            ("poll", said), ("quote", quote),
            ("quotePolicy", JSON(post.quotePolicy.rawValue)),
            ("boosts", JSON(try iris("boost b JOIN account t ON t.id = b.account_id", "b.post_id", post.id, in: db))),
        ])
    }

    private static func quote(_ quote: Quote?) -> JSON {
        guard let quote else { return .null }
        return ["of": JSON(quote.iri), "state": JSON(quote.state.rawValue)]
    }

    private static func poll(_ poll: Poll) -> JSON {
        [
            "votes": .object(JSON.Object(poll.options.map { ($0.title, JSON(Int64($0.votes))) })),
            "voters": JSON(Int64(poll.votersCount)), "isMultiple": JSON(poll.isMultiple),
            "ends": poll.expiresAt.map { JSON($0.description) } ?? .null,
        ]
    }

    private static func event(_ event: Event, in db: Snapshot) throws -> JSON {
        let guests = try db.rows(
            """
            SELECT a.iri, g.state FROM guest g JOIN account a ON a.id = g.account_id WHERE g.event_id = \(event.id)
            ORDER BY g.rank
            """)
        return .object(droppingNil: [
            ("title", JSON(event.title)), ("owner", try name(event.owner, in: db)),
            ("content", JSON(event.content.string)), ("startsAt", JSON(event.startsAt.description)),
            ("endsAt", JSON(event.endsAt.description)), ("timeZone", JSON(event.timeZone)),
            ("place", event.place.map { JSON($0.line) } ?? .null), ("status", JSON(event.status.rawValue)),
            ("capacity", event.capacity.map { JSON($0) } ?? .null), ("joinMode", JSON(event.joinMode.rawValue)),
            ("guests", .object(JSON.Object(try guests.map { (try $0.text("iri"), JSON(try $0.text("state"))) }))),
            (
                "shares",
                JSON(try iris("event_share b JOIN account t ON t.id = b.account_id", "b.event_id", event.id, in: db))
            ),
        ])
    }

    private static func report(_ activity: IRI, in db: Snapshot) throws -> JSON {
        guard let report = try Reports.open(in: db).first(where: { $0.activity == activity }) else { return .null }
        return [
            "reporter": try name(report.reporter, in: db),
            "target": try report.target.map { try name($0, in: db) } ?? .null,
            "objects": JSON(report.objects), "comment": JSON(report.comment),
        ]
    }

    private static func name(_ id: ID<Account>, in db: Snapshot) throws -> JSON {
        try Accounts.byID(id, in: db).map { JSON($0.iri) } ?? .null
    }

    private static func iris(_ source: SQL, _ key: SQL, _ id: some SQLBindable, in db: Snapshot) throws -> [String] {
        try db.rows("SELECT t.iri FROM \(source) WHERE \(key) = \(id) ORDER BY t.iri").map { try $0.text("iri") }
    }

    private static func iris(_ source: SQL, _ key: SQL, _ id: IRI, in db: Snapshot) throws -> [String] {
        let account = try Accounts.byIRI(id, in: db)?.id ?? .first
        return try iris(source, key, account, in: db)
    }
}

extension JSON {
    /// The part of this document that the pattern has. Members that the pattern does not name are left out.
    func projected(onto pattern: JSON) -> JSON {
        guard let mine = object, let wanted = pattern.object, wanted.count > 0 else { return self }
        return .object(JSON.Object(wanted.map { ($0.key, (mine[$0.key] ?? .null).projected(onto: $0.value)) }))
    }
}
