// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import MediaStore
public import Model
internal import Storage

/// A change of an upload. A nil property leaves its value as it is.
public struct MediaEdit: Sendable {
    /// The alternative text.
    public var description: String?
    /// The focal point, which stays visible when the picture is cropped.
    public var focus: FocalPoint?
    /// The preview picture, shown until somebody opens the media.
    public var thumbnail: Upload?

    /// Creates the value.
    public init(description: String? = nil, focus: FocalPoint? = nil, thumbnail: Upload? = nil) {
        self.description = description
        self.focus = focus
        self.thumbnail = thumbnail
    }
}

extension Services {
    /// Changes an upload of the account that acts, when it is in no post yet.
    ///
    /// - Throws: `.invalid("thumbnail", code)` with the codes of ``uploadMedia(_:as:patience:)``. Nothing is changed
    ///   then.
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

    /// Makes the new preview after checking that the account may use it, so that no picture is decoded in vain.
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

    /// - Returns: the media after the change, and the name of a file that nothing shows any more.
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

    /// Converts and stores a preview picture.
    func makePreview(_ thumbnail: Upload, in store: MediaStore) async throws -> MediaPreview {
        do {
            return try await store.makePreview(thumbnail)
        } catch {
            throw Self.asServiceError(error, field: "thumbnail")
        }
    }

    /// Removes a converted file that nothing shows. A crash before this point leaves one small file that no row refers
    /// to.
    func removeFile(_ name: String?) async {
        guard let name = name.flatMap({ MediaName($0) }) else { return }
        try? await store?.remove(name)
    }
}
