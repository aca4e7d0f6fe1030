// SPDX-License-Identifier: Apache-2.0

public import Model
public import Storage
public import Vocabulary

/// Writes a post of this node so that every receiver takes it. Pure.
///
/// Always a `Note`: it is the one type whose `content` all of Mastodon, Lemmy, Mobilizon and Misskey show. A title stands
/// in `name`, for those that read it, and as the first paragraph, for those that do not. `summary` is there only as a
/// warning, because they would take it for one.
public enum PostToNote {
    /// The document without a context, as it stands inside a `Create`.
    ///
    /// - Parameters:
    ///   - parentAuthor: who wrote what it answers.
    ///   - inReplyTo: what it answers; nil takes the post's own.
    public static func document(
        _ view: PostView, identifiers: LocalIdentifiers, parentAuthor: Account? = nil, inReplyTo: IRI? = nil
    ) -> JSON.Object {
        let post = view.post
        let parent = inReplyTo ?? post.inReplyToIRI
        let content = content(of: post)
        var object: JSON.Object = [
            "id": JSON(post.iri), "type": "Note", "attributedTo": JSON(view.author.iri),
        ]
        Addressing.audience(of: view, parentAuthor: parentAuthor, identifiers: identifiers).write(to: &object)
        if let parent { object["inReplyTo"] = JSON(parent) }
        if !post.title.isEmpty { object["name"] = JSON(post.title) }
        object["content"] = JSON(content)
        object["mediaType"] = "text/html"
        if let language = post.language { addLanguage(language, content: content, to: &object) }
        if let source = post.source { object["source"] = ["content": JSON(source), "mediaType": "text/plain"] }
        if !post.warning.isEmpty { object["summary"] = JSON(post.warning) }
        object["sensitive"] = JSON(!post.warning.isEmpty)
        object["published"] = JSON(post.publishedAt.description)
        if let editedAt = post.editedAt { object["updated"] = JSON(editedAt.description) }
        object["url"] = JSON(post.url ?? post.iri)
        if parent.map(identifiers.isLocal) ?? true { object["context"] = JSON(identifiers.context(post.thread)) }
        object["replies"] = JSON(identifiers.replies(post.id))
        object["tag"] = .array(tags(of: view, identifiers))
        object["attachment"] = .array(view.attachments.map(attachment))
        return object
    }

    /// The document as it is served at its own address.
    public static func standalone(
        _ view: PostView, identifiers: LocalIdentifiers, parentAuthor: Account? = nil, inReplyTo: IRI? = nil
    ) -> JSON {
        document(view, identifiers: identifiers, parentAuthor: parentAuthor, inReplyTo: inReplyTo)
            .standing(in: Contexts.note)
    }

    private static func content(of post: Post) -> String {
        guard !post.title.isEmpty else { return post.content.string }
        return "<p><strong>\(PlainText.escaped(post.title))</strong></p>" + post.content.string
    }

    /// Mastodon reads the one key of `contentMap`, Lemmy reads `language`.
    private static func addLanguage(_ language: String, content: String, to object: inout JSON.Object) {
        object["contentMap"] = .object(JSON.Object([(language, JSON(content))]))
        let names = ["fr": "Français", "en": "English"]
        if let name = names[language] {
            object["language"] = ["identifier": JSON(language), "name": JSON(name)]
        }
    }

    private static func tags(of view: PostView, _ identifiers: LocalIdentifiers) -> [JSON] {
        let mentions: [JSON] = view.mentions.map { account in
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

    /// Always a `Document` with a media type: Mastodon takes all four types, others only this one.
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
        // A picture is its own preview; a film has one beside it.
        if attachment.kind != .image, let preview = attachment.previewURL {
            object["icon"] = ["type": "Image", "url": JSON(preview)]
        }
        return .object(object)
    }
}
