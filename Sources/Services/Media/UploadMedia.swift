// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
internal import Logging
internal import MediaStore
public import Model
internal import Storage
internal import Vocabulary

/// A new upload.
public struct MediaDraft: Sendable {
    /// The file.
    public var upload: Upload
    /// The alternative text.
    public var description = ""
    /// The focal point, which stays visible when the picture is cropped.
    public var focus: FocalPoint?
    /// The preview picture, shown until somebody opens the media; nil when the server makes one.
    public var thumbnail: Upload?

    /// Creates the value.
    public init(_ upload: Upload) {
        self.upload = upload
    }
}

extension Services {
    /// Stores an upload for a post that is written later. An upload that is in no post after a day is deleted.
    ///
    /// A picture is converted at once, by this process; its state is final except in rare cases. Videos and audio files
    /// wait for a worker.
    ///
    /// - Parameter patience: how long to wait for the conversion of a picture.
    /// - Throws: `.invalid("file", code)`: `unsupported`, `too_large`, `too_many_pixels`, `broken`, `too_slow`;
    ///   `.invalid("thumbnail", code)` with the same codes. Nothing is stored then.
    public func uploadMedia(
        _ draft: MediaDraft, as principal: Principal, patience: Duration = .seconds(20)
    ) async throws -> ID<Media> {
        defer { Self.removeSpooled(draft.thumbnail) }
        let (store, accepted) = try await accept(draft.upload, description: draft.description, as: principal)
        let owner = try claimedAccount(principal)
        var media = Media(id: ids.make(at: now()), owner: owner, source: accepted.source, createdAt: now())
        media.kind = accepted.kind.guess
        media.size = accepted.size
        media.description = draft.description.trimmed
        media.focus = draft.focus
        media.attempts = accepted.kind.isImage ? 1 : 0
        do {
            if let thumbnail = draft.thumbnail { media.show(try await makePreview(thumbnail, in: store)) }
            try await enqueue(media, isConvertedHere: accepted.kind.isImage, as: principal)
        } catch {
            store.discard(source: accepted.source)
            await removeFile(media.previewFile)
            throw error
        }
        if accepted.kind.isImage { try await convert(media, in: store, patience: patience) }
        return media.id
    }

    private func enqueue(_ media: Media, isConvertedHere: Bool, as principal: Principal) async throws {
        let now = now()
        try await database.write { tx in
            _ = try actor(principal, in: tx)
            try Uploads.insert(media, leasedUntil: isConvertedHere ? now + .minutes(5) : nil, at: now, in: tx)
        }
    }

    /// Converts a picture in this process, and discards it when it cannot be converted.
    private func convert(_ row: Media, in store: MediaStore, patience: Duration) async throws {
        let worker = MediaWorker(
            database: database, store: store, clock: clock, logger: Logger(label: "media"))
        // The conversion has a task of its own, so that a client that disconnects does not stop it. If this process
        // ends, a worker continues after the lease.
        Task { try await worker.convert(row) }
        let settled = try await media(row.id, of: row.owner, patience: patience)
        guard settled.state == .failed else { return }
        _ = try await database.write { tx in try Uploads.discard(row.id, owner: row.owner, in: tx) }
        throw ServiceError.invalid("file", settled.error ?? "broken")
    }

    /// Returns an upload of the account.
    ///
    /// - Parameter patience: how long to wait for the conversion. After that time the upload is returned in any state.
    public func media(
        _ id: ID<Media>, of owner: ID<Account>, patience: Duration = .zero
    ) async throws -> Media {
        let end = ContinuousClock.now + patience
        var wait = Duration.milliseconds(20)
        while true {
            let media = try await database.read { db in try Uploads.byID(id, in: db) }
            guard let media, media.owner == owner else { throw ServiceError.notFound }
            guard media.state == .waiting, ContinuousClock.now < end else { return media }
            try await Task.sleep(for: wait)
            wait = min(wait * 2, .milliseconds(250))
        }
    }

    /// Returns the public address of a media file; nil when there is no file.
    public func address(ofMedia name: String?) -> String? {
        name.map { identifiers.media($0).string }
    }

    /// Checks an uploaded file before it is stored. A rejected file is removed.
    func accept(
        _ upload: Upload, description: String = "", as principal: Principal
    ) async throws -> (MediaStore, AcceptedFile) {
        do {
            var check = Check()
            check.text(description, "description", limit: PostLimits.mediaDescription, isNeeded: false)
            try check.finish()
            try uploads.take("media:\(claimedAccount(principal))", at: now())
            _ = try await database.read { db in try actor(principal, in: db) }
            guard let store else { throw ServiceError.conflict("no_media_here") }
            return (store, try await store.accept(upload))
        } catch {
            Self.removeSpooled(upload)
            throw Self.asServiceError(error)
        }
    }

    /// Removes the temporary file of an upload that was not stored.
    static func removeSpooled(_ upload: Upload?) {
        if case .file(let path) = upload { MediaStore.removeSpooled(path) }
    }

    /// Translates a media error into the error of a form field.
    static func asServiceError(_ error: any Error, field: String = "file") -> any Error {
        switch error as? MediaError {
        case .none, .unavailable: error
        case .some(let reason): ServiceError.invalid(field, reason.code)
        }
    }
}
