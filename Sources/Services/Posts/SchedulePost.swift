// SPDX-License-Identifier: Apache-2.0

internal import CivilDates
internal import Database
public import Model
internal import Storage
internal import Vocabulary

/// A scheduled post with its draft.
public struct WaitingPost: Sendable, Hashable, Identifiable {
    /// The local number.
    public let id: ID<ScheduledPost>
    /// When it is published.
    public var dueAt: Timestamp
    /// The post to publish.
    public var draft: PostDraft
    /// The media of the draft.
    public var media: [Media] = []
}

extension Services {
    /// The shortest time between writing and publication.
    private static let notice = Duration.minutes(5)
    /// The largest number of scheduled posts of one account: in all, and for one day (UTC).
    private static let limits = (all: 300, day: 25)

    /// Schedules a post. The time must be at least five minutes ahead.
    public func schedulePost(
        _ draft: PostDraft, at time: Timestamp, as principal: Principal
    ) async throws -> ID<ScheduledPost> {
        try Self.check(draft)
        try checkHour(time)
        let author = try claimedAccount(principal)
        if let first = try await sent(before: draft, by: author) { return ID(first) }
        try attempts.take("post:\(author)", at: now())
        return try await database.write { tx in
            let actor = try actor(principal, in: tx)
            let post = ScheduledPost(
                id: ids.make(at: now()), author: actor.id, dueAt: time,
                parameters: String(decoding: draft.json.serialized(), as: UTF8.self))
            if let key = draft.key,
                let first = try SentOnce.claim(key, by: actor.id, for: post.id.rawValue, at: now(), in: tx)
            {
                return ID(first)
            }
            let day = Timestamp(time.milliseconds - time.milliseconds % 86_400_000)
            let counts = try Scheduled.count(of: actor.id, from: day, to: day + .days(1), in: tx)
            guard counts.all < Self.limits.all, counts.within < Self.limits.day else {
                throw ServiceError.conflict("too_many_scheduled")
            }
            try hold(draft.media, of: actor.id, until: time, in: tx)
            try Scheduled.insert(post, in: tx)
            return post.id
        }
    }

    /// Changes the time of a scheduled post.
    public func reschedulePost(
        _ id: ID<ScheduledPost>, to time: Timestamp, as principal: Principal
    ) async throws {
        try checkHour(time)
        try await database.write { tx in
            let actor = try actor(principal, in: tx)
            guard try Scheduled.move(id, of: actor.id, to: time, in: tx) else { throw ServiceError.notFound }
            let waiting = try Scheduled.find(id, by: actor.id, in: tx).flatMap(Self.waiting)
            try hold(waiting?.draft.media ?? [], of: actor.id, until: time, in: tx)
        }
    }

    /// Deletes a scheduled post.
    public func unschedulePost(_ id: ID<ScheduledPost>, as principal: Principal) async throws {
        try await database.write { tx in
            guard try Scheduled.remove(id, of: actor(principal, in: tx).id, in: tx) else { throw ServiceError.notFound }
        }
    }

    /// Returns one scheduled post.
    public func waitingPost(_ id: ID<ScheduledPost>, of author: ID<Account>) async throws -> WaitingPost {
        let found = try await database.read { db in
            try Self.withMedia(
                [try Scheduled.find(id, by: author, in: db)].compactMap { $0 }.compactMap(Self.waiting), of: author, db)
        }
        guard let waiting = found.first else { throw ServiceError.notFound }
        return waiting
    }

    /// Returns one page of an author's scheduled posts, the most recently written first.
    public func waitingPosts(of author: ID<Account>, _ page: PageRequest) async throws -> [WaitingPost] {
        try await database.read { db in
            try Self.withMedia(try Scheduled.list(of: author, page, in: db).compactMap(Self.waiting), of: author, db)
        }
    }

    private static func withMedia(
        _ posts: [WaitingPost], of owner: ID<Account>, _ db: some Queryable
    ) throws -> [WaitingPost] {
        let all = try Uploads.byIDs(posts.flatMap(\.draft.media), owner: owner, in: db)
        return posts.map { post in
            var post = post
            post.media = post.draft.media.compactMap { id in all.first { $0.id == id } }
            return post
        }
    }

    static func waiting(_ post: ScheduledPost) -> WaitingPost? {
        guard let json = try? JSON.parse(Array(post.parameters.utf8)) else { return nil }
        return WaitingPost(id: post.id, dueAt: post.dueAt, draft: PostDraft(json: json))
    }

    private func checkHour(_ time: Timestamp) throws(ServiceError) {
        var check = Check()
        check.require(time >= now() + Self.notice, "scheduled_at", "in_the_past")
        check.require(time <= now() + .days(1_000_000), "scheduled_at", "too_far")
        try check.finish()
    }
}

// MARK: - JSON

extension PostDraft {
    /// The draft as JSON, for the column `parameters` of `scheduled`. The idempotency key is left out, because it is
    /// only needed until the draft is stored.
    var json: JSON {
        .object(droppingNil: [
            ("title", JSON(title)), ("text", JSON(text)), ("warning", JSON(warning)), ("sensitive", JSON(sensitive)),
            ("visibility", JSON(visibility.rawValue)), ("group", group.map { JSON($0.rawValue) }),
            ("inReplyTo", inReplyTo.map { JSON($0.rawValue) }), ("event", event.map { JSON($0.rawValue) }),
            ("language", language.map { JSON($0) }), ("quoted", quoted.map { JSON($0.rawValue) }),
            ("quotePolicy", quotePolicy.map { JSON($0.rawValue) }), ("app", app.map { JSON($0) }), ("poll", poll?.json),
            ("media", .array(media.map { JSON($0.rawValue) })),
        ])
    }

    init(json: JSON) {
        self.init(text: json["text"]?.string ?? "")
        title = json["title"]?.string ?? ""
        warning = json["warning"]?.string ?? ""
        sensitive = json["sensitive"]?.bool ?? false
        visibility = json["visibility"]?.string.flatMap(Visibility.init(rawValue:)) ?? .everyone
        group = json["group"]?.int.map { ID($0) }
        inReplyTo = json["inReplyTo"]?.int.map { ID($0) }
        event = json["event"]?.int.map { ID($0) }
        language = json["language"]?.string
        quoted = json["quoted"]?.int.map { ID($0) }
        quotePolicy = json["quotePolicy"]?.string.flatMap(QuotePolicy.init(rawValue:))
        app = json["app"]?.int
        media = (json["media"]?.array ?? []).compactMap(\.int).map { ID($0) }
        poll = json["poll"].flatMap(PollDraft.init(json:))
    }
}

extension PollDraft {
    fileprivate var json: JSON {
        [
            "options": JSON(options), "seconds": JSON(Int64(seconds)), "multiple": JSON(isMultiple),
            "hideTotals": JSON(hidesTotals),
        ]
    }

    fileprivate init?(json: JSON) {
        guard let options = json["options"]?.array, let seconds = json["seconds"]?.int else { return nil }
        self.init(
            options: options.compactMap(\.string), seconds: Int(seconds), isMultiple: json["multiple"]?.bool ?? false,
            hidesTotals: json["hideTotals"]?.bool ?? false)
    }
}

extension Services {
    /// Parses a date and time with an offset: `2026-11-22T21:40:00+01:00`, `2026-11-22T20:40:00.000Z`.
    public func moment(_ text: String) -> Timestamp? {
        Dates.parse(text).map { Timestamp($0) }
    }
}
