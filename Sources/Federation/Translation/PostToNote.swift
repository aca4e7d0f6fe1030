// SPDX-License-Identifier: Apache-2.0

public import Model
public import Storage
public import Vocabulary

/// Writes the document of a local post in a form that every known server accepts. Pure.
///
/// A post with a poll is a `Question`. Every other post is a `Note`: it is the one type whose `content` Mastodon,
/// Lemmy, Mobilizon and Misskey all show. A title is in `name`, and also in the first paragraph for servers that do not
/// read `name`; `PeerRendition` keeps one of both for a known server. `summary` is written only for a content warning, because these servers show it as one.
public enum PostToNote {
    /// The document without a context, as it is embedded in a `Create`.
    ///
    /// - Parameters:
    ///   - parentAuthor: the author of the parent post.
    ///   - inReplyTo: the id of the parent; nil means the one stored in the post.
    ///   - replies: the first of its public replies.
    ///   - others: accounts to whom it is addressed beside those of the post.
    public static func document(
        _ view: PostView, identifiers: LocalIdentifiers, parentAuthor: Account? = nil, inReplyTo: IRI? = nil,
        replies: ReplyPage = ReplyPage(), alsoTo others: [Account] = []
    ) -> JSON.Object {
        let post = view.post
        let parent = inReplyTo ?? post.inReplyToIRI
        let content = content(of: post)
        var object: JSON.Object = [
            "id": JSON(post.iri), "type": view.poll == nil ? "Note" : "Question", "attributedTo": JSON(view.author.iri),
        ]
        Addressing.audience(of: view, parentAuthor: parentAuthor, alsoTo: others, identifiers: identifiers)
            .write(to: &object)
        if let parent { object["inReplyTo"] = JSON(parent) }
        if !post.title.isEmpty { object["name"] = JSON(post.title) }
        object["content"] = JSON(content)
        object["mediaType"] = "text/html"
        if let language = post.language { addLanguage(language, content: content, to: &object) }
        if let source = post.source { object["source"] = ["content": JSON(source), "mediaType": "text/plain"] }
        if !post.warning.isEmpty { object["summary"] = JSON(post.warning) }
        object["sensitive"] = JSON(post.sensitive || !post.warning.isEmpty)
        object["published"] = JSON(post.publishedAt.description)
        if let editedAt = post.editedAt { object["updated"] = JSON(editedAt.description) }
        object["url"] = JSON(post.url ?? post.iri)
        if parent.map(identifiers.isLocal) ?? true { object["context"] = JSON(identifiers.context(post.thread)) }
        object["replies"] = Collections.embedded(identifiers.replies(post.id), replies)
        object["tag"] = .array(tags(of: view, answering: parentAuthor, identifiers))
        object["attachment"] = .array(view.attachments.map(attachment))
        if let poll = view.poll { add(poll, to: &object) }
        if let quote = post.quote { add(quote, to: &object) }
        if post.visibility.isOpen { object["interactionPolicy"] = policy(of: view, identifiers) }
        return object
    }

    /// The document as it is served at its own address, with a context.
    public static func standalone(
        _ view: PostView, identifiers: LocalIdentifiers, parentAuthor: Account? = nil, inReplyTo: IRI? = nil,
        replies: ReplyPage = ReplyPage()
    ) -> JSON {
        document(
            view, identifiers: identifiers, parentAuthor: parentAuthor, inReplyTo: inReplyTo, replies: replies
        ).standing(in: Contexts.note)
    }

    /// The content of a post. A link to the quoted post is its first paragraph, for servers that do not show quotes.
    /// Servers that do recognize the paragraph by its class and hide it.
    private static func content(of post: Post) -> String {
        var content = post.content.string
        if !post.title.isEmpty { content = PeerRendition.paragraph(of: post.title) + content }
        guard let quote = post.quote, quote.state != .revoked else { return content }
        let address = PlainText.escaped(quote.iri.string)
        return "<p class=\"quote-inline\">RE: <a href=\"\(address)\">\(address)</a></p>" + content
    }

    /// Spec: FEP-9967. Counts that are hidden until the end of the poll are written as 0.
    private static func add(_ poll: Poll, to object: inout JSON.Object) {
        let options: [JSON] = poll.options.map { option in
            [
                "type": "Note", "name": JSON(option.name),
                "replies": ["type": "Collection", "totalItems": JSON(Int64(poll.hidesTotals ? 0 : option.votes))],
            ]
        }
        object[poll.isMultiple ? "anyOf" : "oneOf"] = .array(options)
        if let end = poll.expiresAt { object["endTime"] = JSON(end.description) }
        object["votersCount"] = JSON(Int64(poll.votersCount))
    }

    /// Spec: FEP-044f.
    private static func add(_ quote: Quote, to object: inout JSON.Object) {
        guard quote.state != .revoked else { return }
        object["quote"] = JSON(quote.iri)
        object["quoteUrl"] = JSON(quote.iri)
        if let authorization = quote.authorization { object["quoteAuthorization"] = JSON(authorization) }
    }

    /// Spec: FEP-044f, GoToSocial interaction policies. The policy "nobody" is written as the author alone.
    private static func policy(of view: PostView, _ identifiers: LocalIdentifiers) -> JSON {
        let admitted: IRI =
            switch view.post.quotePolicy {
            case .everyone: .asPublic
            case .followers: identifiers.followers(of: view.author.iri)
            case .nobody, .manual, .unknown: view.author.iri
            }
        return ["canQuote": ["automaticApproval": .array([JSON(admitted)])]]
    }

    /// Writes the language: Mastodon reads the single key of `contentMap`, Lemmy reads `language`.
    private static func addLanguage(_ language: String, content: String, to object: inout JSON.Object) {
        object["contentMap"] = .object(JSON.Object([(language, JSON(content))]))
        let names = ["fr": "Français", "en": "English"]
        if let name = names[language] {
            object["language"] = ["identifier": JSON(language), "name": JSON(name)]
        }
    }

    /// A reply mentions the author of the post that it answers, when that is somebody elsewhere: without a mention Mastodon
    /// tells nobody, and GoToSocial drops the reply.
    private static func tags(
        of view: PostView, answering parentAuthor: Account?, _ identifiers: LocalIdentifiers
    ) -> [JSON] {
        let answered = [parentAuthor].compactMap { $0 }.filter { author in
            !author.isLocal && view.post.visibility >= .followers && !view.mentions.contains { $0.id == author.id }
        }
        let mentions: [JSON] = (view.mentions + answered).map { account in
            [
                "type": "Mention", "href": JSON(account.iri),
                "name": JSON(identifiers.fullHandle(of: account).description),
            ]
        }
        let hashtags: [JSON] = view.hashtags.map { tag in
            ["type": "Hashtag", "href": JSON(identifiers.hashtag(tag)), "name": JSON("#\(tag)")]
        }
        return hashtags + mentions
    }

    /// An attachment. Its type is always `Document`, with a media type: Mastodon accepts four types, other servers only
    /// this one.
    private static func attachment(_ attachment: Attachment) -> JSON {
        var object: JSON.Object = [
            "type": "Document", "mediaType": JSON(attachment.mediaType), "url": JSON(attachment.url),
            "name": JSON(attachment.description),
        ]
        if let blurhash = attachment.blurhash { object["blurhash"] = JSON(blurhash) }
        if let width = attachment.measures.width, let height = attachment.measures.height {
            object["width"] = JSON(width)
            object["height"] = JSON(height)
        }
        if let focus = attachment.focus, let x = JSON.Number(focus.x), let y = JSON.Number(focus.y) {
            object["focalPoint"] = [.number(x), .number(y)]
        }
        // A picture is its own preview. A video has a separate preview picture.
        if attachment.kind != .image, let preview = attachment.previewURL {
            object["icon"] = ["type": "Image", "url": JSON(preview)]
        }
        return .object(object)
    }
}
