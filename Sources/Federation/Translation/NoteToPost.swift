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
        let attachments = attachments(of: note)
        let content = content(of: note, title: title)
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
        var parts = PostParts()
        (parts.hashtags, parts.attachments, parts.poll) = (hashtags(of: note), attachments, poll)
        return RemotePost(
            post: post, hashtags: parts.hashtags, attachments: attachments,
            mentioned: mentioned(in: note, visibility: post.visibility, addressed: addressed),
            inReplyTo: note.inReplyTo, addressed: addressed, poll: poll, words: post.searchWords(parts))
    }

    /// The poll of a post. When the document says that the poll is closed, its end is at the latest the `closed` time.
    private static func poll(of note: NoteDocument, at now: Timestamp) -> Poll? {
        guard let asked = note.poll, !asked.options.isEmpty else { return nil }
        let largest = Int64(Int32.max)
        let options = asked.options.map {
            Poll.Option(title: PlainText.line($0.name, limit: FieldLimits.option), votes: Int(min($0.votes, largest)))
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

    private static func content(of note: NoteDocument, title: String) -> SanitizedHTML {
        var html = note.contentHTML ?? (note.type == "Note" ? nil : note.summaryHTML) ?? ""
        if note.contentMediaType != "text/html" { html = paragraphs(html) }
        for link in note.attachments.prefix(FieldLimits.attachments) where link.isLink {
            html += "<p>\(anchor(link.url))</p>"
        }
        return withoutTitle(Sanitizer.sanitize(html), title)
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
