// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import MediaStore
public import Model
internal import Storage

/// What is to be different about something that was handed in; nil leaves it.
public struct MediaEdit: Sendable {
    /// What it shows, in words.
    public var description: String?
    /// What has to stay in sight when it is cut.
    public var focus: FocalPoint?
    /// A picture that stands for it until somebody opens it.
    public var thumbnail: Upload?

    /// Creates the value.
    public init(description: String? = nil, focus: FocalPoint? = nil, thumbnail: Upload? = nil) {
        self.description = description
        self.focus = focus
        self.thumbnail = thumbnail
    }
}

extension Services {
    /// Changes something that one handed in and that is in no post yet.
    ///
    /// - Throws: `.invalid("thumbnail", code)` as ``uploadMedia(_:as:patience:)``; nothing is changed then.
    public func editMedia(_ id: ID<Media>, _ edit: MediaEdit, as principal: Principal) async throws -> Media {
        defer { Self.removeSpooled(edit.thumbnail) }
        var check = Check()
        check.text(edit.description ?? "", "description", limit: PostLimits.mediaDescription, isNeeded: false)
        try check.finish()
        let preview = try await preview(edit.thumbnail, for: id, as: principal)
        do {
            let (media, unused) = try await write(edit, preview, to: id, as: principal)
            await removeFile(unused)
            return media
        } catch {
            await removeFile(preview?.file)
            throw error
        }
    }

    /// Nothing is decoded for somebody who could not use it.
    private func preview(
        _ thumbnail: Upload?, for id: ID<Media>, as principal: Principal
    ) async throws -> MediaPreview? {
        guard let thumbnail else { return nil }
        let owner = try await database.read { db in try actor(principal, in: db).id }
        guard try await media(id, of: owner).post == nil else { throw ServiceError.notFound }
        try uploads.take("media:\(owner)", at: now())
        guard let store else { throw ServiceError.conflict("no_media_here") }
        return try await makePreview(thumbnail, in: store)
    }

    /// - Returns: what it is afterwards, and a file that nobody shows any more.
    private func write(
        _ edit: MediaEdit, _ preview: MediaPreview?, to id: ID<Media>, as principal: Principal
    ) async throws -> (Media, String?) {
        let now = now()
        return try await database.write { tx in
            let owner = try actor(principal, in: tx).id
            guard let media = try Uploads.byID(id, in: tx), media.owner == owner, media.post == nil else {
                throw ServiceError.notFound
            }
            try Uploads.describe(
                id, description: edit.description?.trimmed ?? media.description, focus: edit.focus ?? media.focus,
                at: now, in: tx)
            let unused = try preview.flatMap { try Uploads.show($0, for: id, at: now, in: tx) }
            guard let changed = try Uploads.byID(id, in: tx) else { throw ServiceError.notFound }
            return (changed, unused)
        }
    }

    /// Converts and keeps a picture that stands for something else.
    func makePreview(_ thumbnail: Upload, in store: MediaStore) async throws -> MediaPreview {
        do {
            return try await store.makePreview(thumbnail)
        } catch {
            throw Self.asServiceError(error, field: "thumbnail")
        }
    }

    /// Removes a finished file that nobody shows; a crash right before leaves one small file that nobody knows.
    func removeFile(_ name: String?) async {
        guard let name = name.flatMap({ MediaName($0) }) else { return }
        try? await store?.remove(name)
    }
}
