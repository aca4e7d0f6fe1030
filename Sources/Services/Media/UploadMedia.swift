// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
internal import Logging
internal import MediaStore
public import Model
internal import Storage
internal import Vocabulary

/// A file before it is a post's.
public struct MediaDraft: Sendable {
    /// The file.
    public var upload: Upload
    /// What it shows, in words.
    public var description = ""
    /// What has to stay in sight when it is cut.
    public var focus: FocalPoint?
    /// A picture that stands for it until somebody opens it; nil for one that we make.
    public var thumbnail: Upload?

    /// Creates the value.
    public init(_ upload: Upload) {
        self.upload = upload
    }
}

extension Services {
    /// Takes a file in for a post that is written later; one that goes into no post for a day is removed.
    ///
    /// A picture is converted at once, by this process: its state is final in all but rare cases. Films and sounds wait
    /// for a worker.
    ///
    /// - Parameter patience: how long a picture is waited for.
    /// - Throws: `.invalid("file", code)`: `unsupported`, `too_large`, `too_many_pixels`, `broken`, `too_slow`;
    ///   `.invalid("thumbnail", code)` with the same codes. Nothing is kept then.
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

    /// Converts a picture in this process, and gives up one that cannot be converted.
    private func convert(_ row: Media, in store: MediaStore, patience: Duration) async throws {
        let worker = MediaWorker(
            database: database, store: store, clock: clock, logger: Logger(label: "media"))
        // A task of its own: somebody who hangs up does not stop it. If this process dies, a worker takes it up.
        Task { try await worker.convert(row) }
        let settled = try await media(row.id, of: row.owner, patience: patience)
        guard settled.state == .failed else { return }
        _ = try await database.write { tx in try Uploads.discard(row.id, owner: row.owner, in: tx) }
        throw ServiceError.invalid("file", settled.error ?? "broken")
    }

    /// What one handed in oneself.
    ///
    /// - Parameter patience: how long it may take until it is converted; whatever its state is afterwards, it is given.
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

    /// Where a file that is shown lies; nil while there is none.
    public func address(ofMedia name: String?) -> String? {
        name.map { identifiers.media($0).string }
    }

    /// Looks at a file before it is taken in; one that is refused is removed.
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

    /// Removes a file that nobody took in.
    static func removeSpooled(_ upload: Upload?) {
        if case .file(let path) = upload { MediaStore.removeSpooled(path) }
    }

    /// What a person hears of a file that was refused.
    static func asServiceError(_ error: any Error, field: String = "file") -> any Error {
        switch error as? MediaError {
        case .none, .unavailable: error
        case .some(let reason): ServiceError.invalid(field, reason.code)
        }
    }
}
