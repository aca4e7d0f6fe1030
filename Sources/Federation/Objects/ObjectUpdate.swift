// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage
internal import Vocabulary

/// Updates stored posts and events from the newest document of their owners. Thread, event and group do not change.
enum ObjectUpdate {
    static func apply(
        _ event: Event, to known: Event, of owner: Account, _ incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        guard known.owner == owner.id, !known.isLocal else { return .ignored(.notAllowed) }
        guard event.updatedAt >= known.updatedAt else { return .ignored(.outdated) }
        let changed = event.replacing(known)
        try Events.update(changed, in: tx)
        try incoming.outbox.notify(changed: changed, from: known, in: tx)
        return .applied
    }

    static func apply(
        _ remote: RemotePost, to known: Post, by author: Account, _ incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        guard known.author == author.id, !known.isLocal else { return .ignored(.notAllowed) }
        // Poll counts and the approval of a quote do not make a new version: many servers send them without a new date.
        let isNews = try refresh(known, from: remote, by: author, in: tx)
        let outcome = try rewrite(known, with: remote, by: author, incoming, in: tx)
        return outcome == .duplicate && isNews ? .applied : outcome
    }

    /// Updates the counts of a poll, and accepts a pending quote that is authorized now.
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
        _ known: Post, with remote: RemotePost, by author: Account, _ incoming: IncomingActivity, in tx: Transaction
    ) throws(DatabaseError) -> InboxOutcome {
        let newest = known.editedAt ?? known.publishedAt
        let isOther = try differs(remote, from: known, in: tx)
        guard let edited = remote.post.editedAt ?? incoming.dateOfEdit(after: newest) else { return .duplicate }
        // Some servers give an edit the same second as the version before. Then a different text is the newer one.
        let isDated = remote.post.editedAt != nil
        guard (edited > newest && (isDated || isOther)) || (edited == newest && isOther) else { return .duplicate }
        var post = remote.post.replacing(known)
        post.editedAt = edited
        post.quote = try quote(of: known, after: remote, by: author, in: tx)
        // An edit never shows a post to more people than the original visibility allowed.
        post.visibility = min(known.visibility, remote.post.visibility)
        let named = try Accounts.byIRIs(remote.mentioned, in: tx)
        let newlyNamed = try Posts.update(
            post, ObjectStore.parts(of: remote, named: named), in: tx)
        try incoming.outbox.notify(edited: post, named: newlyNamed, in: tx)
        return .applied
    }

    /// Whether a reader sees a difference between a document and the stored post.
    private static func differs(
        _ remote: RemotePost, from known: Post, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        let post = remote.post
        if post.content != known.content || post.title != known.title || post.warning != known.warning { return true }
        if post.sensitive != known.sensitive || post.language != known.language { return true }
        let stored = try Posts.parts(of: known.id, in: tx).attachments
        return stored.map(\.url) != remote.attachments.map(\.url)
            || stored.map(\.description) != remote.attachments.map(\.description)
    }

    /// Keeps the state of a quote when the quoted post stays the same. Only a quote of another post is checked again.
    private static func quote(
        of known: Post, after remote: RemotePost, by author: Account, in tx: Transaction
    ) throws(DatabaseError) -> Quote? {
        if let quote = known.quote, quote.iri == remote.post.quote?.iri {
            return try Posts.byID(known.id, in: tx)?.quote
        }
        return try QuoteRules.quote(of: remote, by: author, in: tx)
    }
}

extension IncomingActivity {
    /// The date of an edit whose document states none: when its `Update` was published, or otherwise when it arrived.
    ///
    /// - Parameter newest: the date of the stored version. An `Update` that was published earlier is an old one.
    /// - Returns: nil for activities that are no edit.
    fileprivate func dateOfEdit(after newest: Timestamp) -> Timestamp? {
        var update: ActivityDocument? = activity
        if activity.type == "Announce" { update = activity.object?.document.flatMap { try? ActivityDocument($0) } }
        guard let update, update.type == "Update" else { return nil }
        guard let published = update.published.map({ Timestamp($0) }), published != newest else { return now }
        return published < newest ? nil : min(published, now)
    }
}

extension Post {
    /// The post `known` with the content of this post. The id, the author, the thread and the group stay those of
    /// `known`.
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
        post.emojis = emojis
        post.app = known.app
        post.quote = known.quote
        post.language = language
        post.url = url
        post.editedAt = editedAt
        return post
    }
}

extension Event {
    /// The event `known` with the content of this event. The id and the owner stay those of `known`.
    func replacing(_ known: Event) -> Event {
        var event = Event(
            id: known.id, iri: known.iri, owner: known.owner, uuid: known.uuid, title: title, startsAt: startsAt,
            endsAt: endsAt, publishedAt: known.publishedAt, isLocal: known.isLocal)
        event.content = content
        event.showsEnd = showsEnd
        event.isAllDay = isAllDay
        event.category = category
        event.hashtags = hashtags
        event.picture = picture
        event.emojis = emojis
        event.timeZone = timeZone
        event.place = place
        // An owner that keeps the address for the guests told it with an `Accept`; the document does not repeat it.
        event.onlineURL = onlineURL ?? (isOnline || place != nil ? known.onlineURL : nil)
        event.isOnline = isOnline || event.onlineURL != nil
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
