// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage
internal import Vocabulary

/// Stores what came as a post or an event: once, tied to its thread, its group and its event.
enum ObjectIntake {
    /// - Parameter isAnnounced: whether somebody who is followed here repeated it: reason enough to keep it.
    static func store(
        _ object: GatheredObject, _ said: Said, isAnnounced: Bool, in tx: Transaction
    ) throws -> InboxOutcome {
        if try Tombstones.find(object.iri, in: tx) != nil { return .ignored(.tombstoned) }
        switch object {
        case .post(let remote, let author):
            return try store(remote, by: author, said, isAnnounced: isAnnounced, in: tx)
        case .event(let remote, let owner):
            return try store(remote.event, of: owner, said, isAnnounced: isAnnounced, in: tx)
        }
    }

    /// Stores an event, or brings the one that we have up to date.
    static func store(
        _ event: Event, of owner: Account, _ said: Said, isAnnounced: Bool, in tx: Transaction
    ) throws -> InboxOutcome {
        guard let known = try Events.byIRI(event.iri, in: tx) else {
            guard try isAnnounced || Follows.followsAny(localTo: owner.id, in: tx) else { return .ignored(.notForUs) }
            guard try Events.insert(event, in: tx) else { return .duplicate }
            try Posts.adoptReplies(of: event, in: tx)
            if event.endsAt > said.now { try said.outbox.notify(planned: event, in: tx) }
            return .applied
        }
        guard known.owner == owner.id, !known.isLocal else { return .ignored(.notAllowed) }
        guard event.updatedAt >= known.updatedAt else { return .ignored(.outdated) }
        let changed = event.replacing(known)
        try Events.update(changed, in: tx)
        try said.outbox.notify(changed: changed, from: known, in: tx)
        return .applied
    }

    private static func store(
        _ remote: RemotePost, by author: Account, _ said: Said, isAnnounced: Bool, in tx: Transaction
    ) throws -> InboxOutcome {
        if let known = try Posts.byIRI(remote.post.iri, in: tx) {
            return try update(known, with: remote, by: author, said, in: tx)
        }
        let named = try Accounts.byIRIs(remote.mentioned + remote.addressed, in: tx)
        guard try isAnnounced || concernsUs(remote, author: author, named: Array(named.values), in: tx) else {
            return .ignored(.notForUs)
        }
        guard case .created(.post(let id)) = try PostResolver.store(.post(remote, author), in: tx),
            let post = try Posts.byID(id, in: tx)
        else { return .duplicate }
        if let group = post.group, try Blocks.exists(between: group, author.id, in: tx) {
            return try keepOut(post, remote, of: group, said, in: tx)
        }
        try said.outbox.notify(posted: post, in: tx)
        if said.activity.type == "Create", said.actor.id == author.id {
            try said.outbox.relay(said.activity, about: post, in: tx)
        }
        try said.outbox.boostIntoGroup(post, in: tx)
        return .applied
    }

    /// A group that blocked the author neither shows nor repeats what is written into it. Whoever else here has a part in
    /// the post finds it with its author alone.
    private static func keepOut(
        _ post: Post, _ remote: RemotePost, of group: ID<Account>, _ said: Said, in tx: Transaction
    ) throws -> InboxOutcome {
        let parts = try Posts.parts(of: post.id, in: tx)
        let people = try Accounts.byIDs(parts.mentions, in: tx).values
        let isWanted = people.contains { $0.isLocal && $0.id != group }
        guard try isWanted || Follows.followsAny(localTo: post.author, in: tx) else {
            _ = try Posts.delete(post.id, in: tx)
            return .ignored(.blocked)
        }
        var alone = post
        alone.group = nil
        alone.inReplyTo = nil
        alone.thread = post.id
        alone.event = nil
        try Posts.update(alone, parts, in: tx)
        try said.outbox.notify(posted: alone, in: tx)
        return .applied
    }

    /// Brings a post that we have up to date. Its place in the world does not change.
    private static func update(
        _ known: Post, with remote: RemotePost, by author: Account, _ said: Said, in tx: Transaction
    ) throws -> InboxOutcome {
        guard known.author == author.id, !known.isLocal else { return .ignored(.notAllowed) }
        // Neither counts nor consent make another version: many send them without a date.
        let isNews = try refresh(known, from: remote, by: author, in: tx)
        let outcome = try rewrite(known, with: remote, by: author, said, in: tx)
        return outcome == .duplicate && isNews ? .applied : outcome
    }

    /// Takes over how a poll stands, and that what is quoted may be.
    private static func refresh(
        _ known: Post, from remote: RemotePost, by author: Account, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        var isNews = false
        if let asked = remote.poll, let poll = try Polls.one(known.id, viewer: nil, in: tx),
            poll.asksTheSame(as: asked),
            poll != asked
        {
            try Polls.set(asked, of: known.id, in: tx)
            isNews = true
        }
        if let quote = known.quote, quote.state == .pending, remote.post.quote?.iri == quote.iri,
            let now = try QuoteRules.quote(of: remote, by: author, in: tx), now.state == .accepted
        {
            try Quotes.set(.accepted, authorization: now.authorization, of: known.id, in: tx)
            isNews = true
        }
        return isNews
    }

    private static func rewrite(
        _ known: Post, with remote: RemotePost, by author: Account, _ said: Said, in tx: Transaction
    ) throws -> InboxOutcome {
        let newest = known.editedAt ?? known.publishedAt
        guard let edited = remote.post.editedAt else { return .duplicate }
        // Some servers date an edit in the second of the version before: then other words are the newer ones.
        let isOther = remote.post.content != known.content || remote.post.title != known.title
        guard edited > newest || (edited == newest && isOther) else { return .duplicate }
        var post = remote.post.replacing(known)
        post.quote = try quote(of: known, after: remote, by: author, in: tx)
        // An edit never shows a post to more people than it was written for.
        post.visibility = min(known.visibility, remote.post.visibility)
        let named = try Accounts.byIRIs(remote.mentioned, in: tx)
        let newlyNamed = try Posts.update(post, parts(of: remote, named: named), in: tx)
        try said.outbox.notify(edited: post, named: newlyNamed, in: tx)
        return .applied
    }

    /// What is quoted once stays so, with what its author said of it; only another quote is looked at anew.
    private static func quote(
        of known: Post, after remote: RemotePost, by author: Account, in tx: Transaction
    ) throws(DatabaseError) -> Quote? {
        if let quote = known.quote, quote.iri == remote.post.quote?.iri {
            return try Posts.byID(known.id, in: tx)?.quote
        }
        return try QuoteRules.quote(of: remote, by: author, in: tx)
    }

    private static func parts(of remote: RemotePost, named: [IRI: Account]) -> PostParts {
        var parts = PostParts()
        parts.mentions = Array(Set(remote.mentioned.compactMap { named[$0]?.id })).sorted()
        parts.hashtags = remote.hashtags
        parts.attachments = remote.attachments
        parts.poll = remote.poll
        return parts
    }

    /// Whether anybody here has a part in it: named, addressed, answered, or following its author or its group.
    private static func concernsUs(
        _ remote: RemotePost, author: Account, named: [Account], in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        if named.contains(where: \.isLocal) { return true }
        if let answered = remote.inReplyTo {
            if try Posts.byIRI(answered, in: tx) != nil { return true }
            if try Events.byIRI(answered, in: tx) != nil { return true }
        }
        if try Follows.followsAny(localTo: author.id, in: tx) { return true }
        for group in named where group.isGroup {
            if try Follows.followsAny(localTo: group.id, in: tx) { return true }
        }
        return false
    }
}

extension Post {
    /// The same post as `known`, with what this one says.
    func replacing(_ known: Post) -> Post {
        var post = Post(
            id: known.id, iri: known.iri, author: known.author, content: content, visibility: visibility,
            publishedAt: known.publishedAt, isLocal: known.isLocal)
        post.group = known.group
        post.inReplyTo = known.inReplyTo
        post.inReplyToIRI = known.inReplyToIRI
        post.thread = known.thread
        post.event = known.event
        post.kind = kind
        post.title = title
        post.source = source
        post.warning = warning
        post.sensitive = sensitive
        post.quotePolicy = quotePolicy
        post.app = known.app
        post.quote = known.quote
        post.language = language
        post.url = url
        post.editedAt = editedAt
        return post
    }
}

extension Event {
    /// The same event as `known`, with what this one says.
    func replacing(_ known: Event) -> Event {
        var event = Event(
            id: known.id, iri: known.iri, owner: known.owner, uuid: known.uuid, title: title, startsAt: startsAt,
            endsAt: endsAt, publishedAt: known.publishedAt, isLocal: known.isLocal)
        event.content = content
        event.timeZone = timeZone
        event.place = place
        event.onlineURL = onlineURL
        event.capacity = capacity
        event.joinMode = joinMode
        event.externalURL = externalURL
        event.status = status
        event.previousStart = startsAt == known.startsAt ? known.previousStart : known.startsAt
        event.visibility = min(known.visibility, visibility)
        event.remoteGoing = remoteGoing
        event.url = url
        event.language = language
        event.sequence = known.sequence + 1
        event.updatedAt = updatedAt
        return event
    }
}
