// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
internal import MediaStore
public import Model
internal import Storage

/// The media of a post after an edit.
public struct PostMediaEdit: Sendable, Hashable {
    /// A new description and a new focal point for one attachment.
    public struct Details: Sendable, Hashable {
        /// The alternative text; nil leaves it as it is.
        public var description: String?
        /// The focal point; nil leaves it as it is.
        public var focus: FocalPoint?

        /// Creates the value.
        public init(description: String? = nil, focus: FocalPoint? = nil) {
            self.description = description
            self.focus = focus
        }
    }

    /// The ids of all media, in order: those that the post already has and new ones.
    public var ids: [ID<Media>]
    /// New descriptions and focal points of some of them.
    public var details: [ID<Media>: Details] = [:]

    /// Creates the value.
    public init(_ ids: [ID<Media>]) {
        self.ids = ids
    }

    func check(_ check: inout Check) {
        check.require(ids.count <= PostLimits.media, "media", "too_many")
        check.require(Set(ids).count == ids.count, "media", "duplicate")
        for details in details.values {
            check.text(details.description ?? "", "description", limit: PostLimits.mediaDescription, isNeeded: false)
        }
    }
}

extension Services {
    /// Returns media of the post's author as attachments, in the order of `ids`.
    ///
    /// - Throws: `.conflict("media_not_ready")` while one is being converted; `.invalid("media", …)` for one that is
    ///   unknown, belongs to another account, is in another post, or could not be converted.
    func attachments(
        _ ids: [ID<Media>], for post: Post, in db: some Queryable
    ) throws -> [Attachment] {
        guard !ids.isEmpty else { return [] }
        let found = try Uploads.byIDs(ids, owner: post.author, in: db)
        guard found.count == ids.count, found.allSatisfy({ $0.post == nil || $0.post == post.id }) else {
            throw ServiceError.invalid("media", "not_found")
        }
        // Apps and other servers show one video or sound alone, and would drop the others.
        guard found.count == 1 || found.allSatisfy({ $0.kind != .video && $0.kind != .audio }) else {
            throw ServiceError.invalid("media", "mixed")
        }
        return try found.map { media in
            switch media.state {
            case .waiting: throw ServiceError.conflict("media_not_ready")
            case .failed, .gone: throw ServiceError.invalid("media", "broken")
            case .ready: return try attachment(media)
            }
        }
    }

    /// Keeps media until the time of a scheduled post, so that they are not deleted before.
    func hold(_ ids: [ID<Media>], of owner: ID<Account>, until instant: Timestamp, in tx: Transaction) throws {
        let found = try Uploads.byIDs(ids, owner: owner, in: tx)
        guard found.count == ids.count, found.allSatisfy({ $0.post == nil && $0.state != .failed }) else {
            throw ServiceError.invalid("media", "not_found")
        }
        guard found.allSatisfy({ $0.state == .ready }) else { throw ServiceError.conflict("media_not_ready") }
        try Uploads.hold(ids, until: instant, in: tx)
    }

    /// Attaches media to a stored post. After that no other post can use them.
    func attach(_ ids: [ID<Media>], to post: Post, in tx: Transaction) throws {
        guard try Uploads.attach(ids, to: post.id, owner: post.author, at: now(), in: tx) else {
            throw ServiceError.invalid("media", "not_found")
        }
    }

    /// Changes the attachments of a post. Removed media may be used in another post for a day.
    ///
    /// - Returns: the attachments after the change.
    func change(_ edit: PostMediaEdit, of post: Post, in tx: Transaction) throws -> [Attachment] {
        try Uploads.release(post.id, keeping: edit.ids, at: now(), in: tx)
        try attach(edit.ids, to: post, in: tx)
        for media in try Uploads.byIDs(edit.ids, owner: post.author, in: tx) {
            guard let details = edit.details[media.id] else { continue }
            try Uploads.describe(
                media.id, description: details.description?.trimmed ?? media.description,
                focus: details.focus ?? media.focus, at: now(), in: tx)
        }
        return try attachments(edit.ids, for: post, in: tx)
    }

    private func attachment(_ media: Media) throws -> Attachment {
        guard let file = media.file else { throw ServiceError.invalid("media", "broken") }
        var attachment = Attachment(
            url: identifiers.media(file), mediaType: media.mediaType, description: media.description)
        attachment.kind = media.kind
        attachment.media = media.id
        attachment.previewURL = media.previewFile.map { identifiers.media($0) }
        attachment.blurhash = media.blurhash
        attachment.focus = media.focus
        attachment.measures = media.measures
        return attachment
    }
}
