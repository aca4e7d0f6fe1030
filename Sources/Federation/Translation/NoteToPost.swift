// SPDX-License-Identifier: Apache-2.0

import Markup
public import Model
internal import Storage
public import Vocabulary

/// The values that were read from a post's document.
public struct RemotePost: Sendable, Hashable {
    /// The row to store, before it gets its parent, thread, group and event.
    public var post: Post
    /// The hashtags in normal form, each once.
    public var hashtags: [String]
    /// Pictures and files, with their addresses at the remote server.
    public var attachments: [Attachment]
    /// All actors in a `Mention`, and all addressees of a direct message.
    public var mentioned: [IRI]
    /// The id of the parent post or event.
    public var inReplyTo: IRI?
    /// All actors in `to`, `cc` and `audience`, without Public.
    public var addressed: [IRI]
    /// The poll of the post.
    public var poll: Poll?
    /// The words by which people find the post. They are found before the transaction that stores it.
    public var words: String
    /// The custom emoji that its texts use.
    public var emojis: [CustomEmoji] = []
    /// The actor that approved the quote: the owner of the `QuoteAuthorization` that was fetched from its own origin.
    public var quoteApprovedBy: IRI?
}

/// Reads the document of a remote post. Pure.
public enum NoteToPost {
    /// Reads the document. Fields are cut to their limits and sanitized.
    ///
    /// - Parameter author: the resolved `attributedTo`.
    /// - Throws: `.ownerMismatch` when another author is named or the id has another origin, `.localIdentifier` for a
    ///   local id, `.notAPost` for a vote and for a post without anything to show.
    public static func read(
        _ note: NoteDocument, id: ID<Post>, author: Account, at now: Timestamp, identifiers: LocalIdentifiers
    ) throws(FederationError) -> RemotePost {
        guard !identifiers.isLocal(note.id) else { throw .localIdentifier }
        guard note.attributedTo.contains(author.iri), note.id.isSameOrigin(as: author.iri),
            note.attributedTo.allSatisfy({ $0.isSameOrigin(as: note.id) })
        else { throw .ownerMismatch }
        guard !note.isVote else { throw .notAPost }
        let title = PlainText.line(note.name, limit: FieldLimits.title)
        var attachments = attachments(of: note)
        let content = content(of: note, title: title, addingTo: &attachments)
        let poll = poll(of: note, at: now)
        guard !content.isEmpty || !title.isEmpty || !attachments.isEmpty || poll != nil else { throw .notAPost }

        let addressed = Array(note.audience.recipients.prefix(FieldLimits.recipients))
        let followers = Set([author.followers].compactMap { $0 })
        var post = Post(
            id: id, iri: note.id, author: author.id, content: content,
            visibility: Visibility(of: note.audience, followers: followers),
            publishedAt: .claimed(note.published, notAfter: now), isLocal: false)
        post.inReplyToIRI = note.inReplyTo
        post.kind = kind(of: note.type)
        post.title = title
        post.warning = warning(of: note)
        post.sensitive = note.sensitive || !post.warning.isEmpty
        if let quoted = note.quote, quoted != note.id {
            let authorization = note.document.iri("quoteAuthorization")?.belonging(to: quoted)
            post.quote = Quote(iri: quoted, post: nil, state: .pending, authorization: authorization)
        }
        post.quotePolicy = quotePolicy(of: note, by: author)
        post.language = note.language
        post.url = note.url?.belonging(to: note.id)
        // Mbin writes the date of an edit into an object within the object.
        let updated = note.updated ?? note.document.document("object")?.instant("updated")
        if let updated, Timestamp(updated) > post.publishedAt {
            post.editedAt = .claimed(updated, notAfter: now)
        }
        let emojis = Self.emojis(
            in: note.tags, of: [content.string, title, post.warning] + (poll?.options.map(\.title) ?? []))
        post.emojis = emojis.map(\.shortcode)
        var parts = PostParts()
        (parts.hashtags, parts.attachments, parts.poll) = (hashtags(of: note), attachments, poll)
        var remote = RemotePost(
            post: post, hashtags: parts.hashtags, attachments: attachments,
            mentioned: mentioned(in: note, visibility: post.visibility, addressed: addressed),
            inReplyTo: note.inReplyTo, addressed: addressed, poll: poll, words: post.searchWords(parts))
        remote.emojis = emojis
        return remote
    }

    /// The poll of a post. When the document says that the poll is closed, its end is at the latest the `closed` time.
    private static func poll(of note: NoteDocument, at now: Timestamp) -> Poll? {
        guard let asked = note.poll, !asked.options.isEmpty else { return nil }
        let largest = Int64(Int32.max)
        let options = asked.options.map {
            Poll.Option(
                title: PlainText.line($0.name, limit: FieldLimits.option), votes: Int(min($0.votes, largest)),
                name: FieldLimits.optionName($0.name))
        }
        var poll = Poll(options: options, isMultiple: asked.isMultiple, expiresAt: asked.endTime.map { Timestamp($0) })
        poll.votersCount = Int(min(asked.votersCount ?? 0, largest))
        if asked.isClosed {
            poll.expiresAt = min(poll.expiresAt ?? now, .claimed(asked.closed ?? asked.endTime, notAfter: now))
        }
        return poll
    }

    /// Spec: FEP-044f, GoToSocial interaction policies.
    private static func quotePolicy(of note: NoteDocument, by author: Account) -> QuotePolicy {
        guard let rules = note.document.document("interactionPolicy")?.document("canQuote") else { return .unknown }
        let automatic = rules.iris("automaticApproval") + rules.iris("always")
        if automatic.contains(.asPublic) { return .everyone }
        if let followers = author.followers, automatic.contains(followers) { return .followers }
        return (rules.iris("manualApproval") + rules.iris("approvalRequired")).isEmpty ? .nobody : .manual
    }

    private static func kind(of type: String) -> Post.Kind {
        switch type {
        case "Note": .note
        case "Article": .article
        case "Page": .page
        case "Question": .question
        default: .other
        }
    }

    // MARK: - Text

    /// The text of the post. The pictures in it are added to the attachments, as many as a post may have.
    private static func content(
        of note: NoteDocument, title: String, addingTo attachments: inout [Attachment]
    ) -> SanitizedHTML {
        var html = words(of: note)
        for link in note.attachments.prefix(FieldLimits.attachments) where link.isLink {
            html += "<p>\(anchor(link.url))</p>"
        }
        var pictures = InlinePictures(
            room: FieldLimits.attachments - attachments.count, known: attachments.map(\.url.string))
        let content = withoutTitle(Sanitizer.sanitize(html, pictures: &pictures), title)
        attachments += pictures.found.compactMap { picture in
            guard let url = IRI(picture.address) else { return nil }
            return Attachment(
                url: url, mediaType: "image/*",
                description: PlainText.line(picture.description, limit: FieldLimits.description))
        }
        return content
    }

    /// The text as HTML: `content`, or else the text that it would have been made from. An article may have only a
    /// summary.
    private static func words(of note: NoteDocument) -> String {
        if let content = note.contentHTML, !NoteDocument.isWordless(content) {
            return note.contentMediaType == "text/html" ? content : paragraphs(content)
        }
        if let source = note.sourceText, !source.allSatisfy(\.isWhitespace) {
            return note.sourceMediaType == "text/html" ? source : paragraphs(source)
        }
        return note.type == "Note" ? "" : note.summaryHTML ?? ""
    }

    /// The custom emoji in `tags` that one of the texts uses, each once.
    static func emojis(in tags: [TagDocument], of texts: [String]) -> [CustomEmoji] {
        var found: [CustomEmoji] = []
        for tag in tags.prefix(FieldLimits.tags) where tag.kind == .emoji && found.count < CustomEmoji.limit {
            guard let name = tag.name, let url = tag.iconURL, let emoji = CustomEmoji(shortcode: name, url: url),
                !found.contains(where: { $0.shortcode == emoji.shortcode }),
                texts.contains(where: { $0.contains(":\(emoji.shortcode):") })
            else { continue }
            found.append(emoji)
        }
        return found
    }

    private static func paragraphs(_ text: String) -> String {
        text.split(separator: "\n\n").map { paragraph in
            "<p>" + PlainText.escaped(String(paragraph)).split(separator: "\n").joined(separator: "<br>") + "</p>"
        }.joined()
    }

    private static func anchor(_ url: IRI) -> String {
        let address = PlainText.escaped(url.string)
        return "<a href=\"\(address)\">\(address)</a>"
    }

    /// Removes a first line that repeats the title. Many servers write it for readers that do not show `name`. Troquet
    /// shows `name`.
    private static func withoutTitle(_ content: SanitizedHTML, _ title: String) -> SanitizedHTML {
        guard !title.isEmpty else { return content }
        for (open, close) in [("<p>", "</p>"), ("<h2>", "</h2>"), ("<h3>", "</h3>")] {
            guard content.string.hasPrefix(open), let end = content.string.firstRange(of: close) else { continue }
            let first = Sanitizer.sanitize(String(content.string[..<end.upperBound]))
            let text = PlainText.line(Excerpt.plainText(of: first, limit: FieldLimits.title + 1), limit: 400)
            guard text == title else { return content }
            return Sanitizer.sanitize(String(content.string[end.upperBound...]))
        }
        return content
    }

    /// The content warning. On a `Note` the `summary` is one; on other types only when the document is marked as
    /// sensitive.
    private static func warning(of note: NoteDocument) -> String {
        let isWarning = note.type == "Note" || note.type == "Question" || (note.sensitive && note.contentHTML != nil)
        return isWarning ? PlainText.line(ofHTML: note.summaryHTML, limit: FieldLimits.warning) : ""
    }

    // MARK: - Parts

    /// The mentioned actors. In a direct message all addressees count, because some servers write no `Mention` in it.
    private static func mentioned(in note: NoteDocument, visibility: Visibility, addressed: [IRI]) -> [IRI] {
        let named = note.tags.prefix(FieldLimits.tags).compactMap { $0.kind == .mention ? $0.href : nil }
        var seen: Set<IRI> = []
        return (visibility == .direct ? named + addressed : named).filter { seen.insert($0).inserted }
    }

    private static func hashtags(of note: NoteDocument) -> [String] {
        var found: [String] = []
        for tag in note.tags.prefix(FieldLimits.tags) where tag.kind == .hashtag {
            guard let name = tag.name, name.unicodeScalars.count <= FieldLimits.tag,
                let normal = Hashtag.normalForm(of: name.hasPrefix("#") ? String(name.dropFirst()) : name),
                !found.contains(normal)
            else { continue }
            found.append(normal)
        }
        return found
    }

    private static func attachments(of note: NoteDocument) -> [Attachment] {
        var result = files(of: note) + listed(in: note)
        if let picture = picture(of: note), !result.contains(where: { $0.url == picture.url }) {
            result.insert(picture, at: 0)
        }
        return Array(result.prefix(FieldLimits.attachments))
    }

    /// The picture of a whole article or page.
    private static func picture(of note: NoteDocument) -> Attachment? {
        guard note.type == "Article" || note.type == "Page", let url = note.imageURL else { return nil }
        let path = url.path.lowercased()
        let isVideo = [".mp4", ".webm", ".mov"].contains { path.hasSuffix($0) }
        return Attachment(
            url: url, mediaType: isVideo ? "video/*" : "image/*",
            description: PlainText.line(note.imageName, limit: FieldLimits.description))
    }

    /// The file of a top-level `Video`, `Audio` or `Image`: one that fits a screen, or else the first one.
    private static func files(of note: NoteDocument) -> [Attachment] {
        let known = note.files.filter { mediaType(of: $0) != nil }
        let fitting = known.filter { $0.height.map { $0 <= 720 } ?? false }
        let best = fitting.max { ($0.height ?? 0) < ($1.height ?? 0) } ?? known.first
        guard let best, let mediaType = mediaType(of: best), !note.attachments.contains(where: { $0.url == best.url })
        else { return [] }
        var file = Attachment(url: best.url, mediaType: mediaType, description: "")
        file.previewURL = note.document.imageURL("icon") ?? note.imageURL
        if let width = best.width, let height = best.height {
            file.measures.width = width
            file.measures.height = height
        }
        return [file]
    }

    private static func listed(in note: NoteDocument) -> [Attachment] {
        note.attachments.filter { !$0.isLink }.prefix(FieldLimits.attachments).compactMap { attachment in
            guard let mediaType = mediaType(of: attachment) else { return nil }
            var result = Attachment(
                url: attachment.url, mediaType: mediaType,
                description: PlainText.line(attachment.name, limit: FieldLimits.description))
            result.previewURL = attachment.previewURL
            result.blurhash = attachment.blurhash.flatMap { isBlurhash($0) ? $0 : nil }
            result.focus = attachment.focalPoint.flatMap { FocalPoint(x: $0.x, y: $0.y) }
            // A width without a height (or the reverse) is useless to a client.
            if let width = attachment.width, let height = attachment.height {
                result.measures.width = width
                result.measures.height = height
            }
            return result
        }
    }

    /// Whether the text is a valid blurhash: base-83 characters, as many as the first one requires. Clients draw no
    /// other text.
    private static func isBlurhash(_ text: String) -> Bool {
        let letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~".utf8
        let bytes = Array(text.utf8.prefix(200))
        guard let first = bytes.first, let size = letters.firstIndex(of: first) else { return false }
        let waves = letters.distance(from: letters.startIndex, to: size)
        let count = (waves % 9 + 1) * (waves / 9 + 1)
        return waves < 81 && bytes.count == 4 + 2 * count && bytes.allSatisfy(letters.contains)
    }

    private static func mediaType(of attachment: AttachmentDocument) -> String? {
        if let stated = attachment.mediaType?.lowercased() {
            let isSane =
                stated.utf8.count <= 100 && stated.contains("/")
                && stated.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x3C && $0 != 0x3E }
            return isSane ? stated : nil
        }
        switch attachment.type {
        case "Image": return "image/*"
        case "Video": return "video/*"
        case "Audio": return "audio/*"
        default: return "application/octet-stream"
        }
    }
}
