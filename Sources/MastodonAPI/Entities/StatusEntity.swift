// SPDX-License-Identifier: Apache-2.0

internal import Model
internal import Storage

extension JSONWriter {
    /// Status: a post, a boost of one, or an event.
    ///
    /// - Parameter source: the text as the member typed it, for the response to a deletion, so that the app can offer
    ///   to rewrite the post.
    mutating func status(_ view: StatusView, _ node: Rendering, source: String? = nil) {
        guard let booster = view.booster else { return inner(view, node, source) }
        object { writer in
            writer.field("id", view.id)
            writer.head(
                view, author: booster, at: Timestamp(view.id.rawValue >> 16), node, visibility: view.item.visibility)
            writer.key("reblog")
            writer.inner(view, node, nil)
        }
    }

    /// Writes the post or event without the boost.
    private mutating func inner(_ view: StatusView, _ node: Rendering, _ source: String?) {
        object { writer in
            switch view.subject {
            case .post(let post):
                writer.field("id", post.post.id)
                writer.head(view, author: post.author, at: post.post.publishedAt, node)
            case .event(let event):
                writer.field("id", event.id)
                writer.head(view, author: event.owner, at: event.event.publishedAt, node)
            }
            writer.null("reblog")
            if let source { writer.field("text", source) }
        }
    }

    /// Writes all members except `reblog`. A boost repeats those of the boosted post, with its own id and account.
    ///
    /// - Parameter visibility: that of a boost; nil for that of the post.
    private mutating func head(
        _ view: StatusView, author: Account, at time: Timestamp, _ node: Rendering, visibility: Visibility? = nil
    ) {
        field("created_at", time)
        key("account")
        account(author, node)
        switch view.subject {
        case .post(let post):
            members(of: post, node, visibility: visibility)
            key("quote")
            quote(of: post, view.quoted, node)
        case .event(let event): members(of: event, node)
        }
        array("filtered", view.filtered.filter { $0.filter.isActive(at: node.clock.now) }) { $0.filterMatch($1, node) }
        rest()
    }

    mutating func rest() {
        null("card")
        empty("tagged_collections")
    }

    /// The status inside a quote: a full one, but for what it quotes itself.
    mutating func quoted(_ status: PostView, _ node: Rendering) {
        object {
            $0.field("id", status.post.id)
            $0.field("created_at", status.post.publishedAt)
            $0.key("account")
            $0.account(status.author, node)
            $0.members(of: status, node)
            $0.key("quote")
            $0.shallowQuote(of: status)
            $0.empty("filtered")
            $0.rest()
            $0.null("reblog")
        }
    }

    private mutating func members(of status: PostView, _ node: Rendering, visibility: Visibility? = nil) {
        lastingMembers(of: status, node, visibility: visibility)
        counts(
            likes: status.likeCount, boosts: status.boostCount, replies: status.replyCount, quotes: status.quoteCount)
        interactions(status.interactions)
        key("application")
        application(status.app)
        key("poll")
        poll(of: status, node)
        key("quote_approval")
        quoteApproval(status.post.quotePolicy, status.post.visibility, mayQuote: status.viewerMayQuote)
    }

    /// What is the same for every reader until the post is edited; see ``RenderedPost``.
    mutating func lastingMembers(of status: PostView, _ node: Rendering, visibility: Visibility? = nil) {
        let post = status.post
        field("in_reply_to_id", post.inReplyTo ?? post.event.flatMap { ID($0.rawValue) })
        field("in_reply_to_account_id", status.repliedTo)
        field("sensitive", post.sensitive || !post.warning.isEmpty)
        field("spoiler_text", post.warning)
        field("visibility", (visibility ?? post.visibility).apiName)
        field("language", post.language)
        field("uri", String(describing: post.iri))
        field("url", node.url(of: status))
        field("content", Self.content(of: post))
        field("edited_at", post.editedAt)
        attachments(status.attachments, of: post.id)
        array("mentions", status.mentions) { $0.mention($1, node) }
        tags(status.hashtags, node)
        emojis(post.emojis, of: status.author, node)
    }

    mutating func application(_ app: AppName?) {
        guard let app else { return null() }
        object {
            $0.field("name", app.name)
            $0.field("website", app.website)
        }
    }

    mutating func attachments(_ attachments: [Attachment], of post: ID<Post>) {
        array("media_attachments", attachments.enumerated()) { writer, item in
            writer.attachment(item.element, number: item.offset, of: post)
        }
    }

    private mutating func members(of status: EventView, _ node: Rendering) {
        let event = status.event
        null("in_reply_to_id")
        null("in_reply_to_account_id")
        field("sensitive", false)
        field("spoiler_text", "")
        field("visibility", event.visibility.apiName)
        field("language", event.language)
        field("uri", String(describing: event.iri))
        field("url", event.isLocal ? "\(node.origin)/events/\(event.id)" : String(describing: event.url ?? event.iri))
        field("content", EventText.content(of: status, node))
        field("edited_at", event.updatedAt > event.publishedAt ? event.updatedAt : nil)
        counts(likes: status.likeCount, boosts: status.shareCount, replies: status.replyCount, quotes: 0)
        interactions(status.interactions)
        attachments([event.picture?.attachment].compactMap { $0 }, of: ID(event.id.rawValue))
        empty("mentions")
        let marked = event.content.hashtags
        tags(marked + event.hashtags.filter { !marked.contains($0) }, node)
        emojis(event.emojis, of: status.owner, node)
        null("application")
        key("poll")
        poll(of: status, node)
        noQuotes()
    }

    mutating func counts(likes: Int, boosts: Int, replies: Int, quotes: Int) {
        field("replies_count", max(0, replies))
        field("reblogs_count", max(0, boosts))
        field("favourites_count", max(0, likes))
        field("quotes_count", max(0, quotes))
    }

    mutating func interactions(_ interactions: ViewerInteractions) {
        field("favourited", interactions.liked)
        field("reblogged", interactions.boosted)
        field("bookmarked", interactions.bookmarked)
        field("muted", interactions.muted)
        field("pinned", interactions.pinned)
    }

    private mutating func tags(_ names: [String], _ node: Rendering) {
        array("tags", names) { writer, name in
            writer.object {
                $0.field("name", name)
                $0.field("url", node.url(ofTag: name))
            }
        }
    }

    private mutating func mention(_ account: Account, _ node: Rendering) {
        object {
            $0.field("id", account.id)
            $0.field("username", account.username)
            $0.field("url", node.url(of: account))
            $0.field("acct", node.acct(account))
        }
    }

    /// Returns the HTML of a post. A local post with a quote starts with a link to it. Apps that show quotes recognize
    /// the link by its class and hide it.
    private static func content(of post: Post) -> String {
        let content = content(post.content, title: post.title)
        guard post.isLocal, let quote = post.quote, quote.state != .revoked else { return content }
        let address = EventText.escaped(String(describing: quote.iri))
        return "<p class=\"quote-inline\">RE: <a href=\"\(address)\">\(address)</a></p>" + content
    }

    /// Returns the text with the title before it, because apps have no other place for a title.
    static func content(_ text: SanitizedHTML, title: String) -> String {
        guard !title.isEmpty else { return text.string }
        return "<p><strong>\(EventText.escaped(title))</strong></p>" + text.string
    }
}
