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
    /// - Throws: `.invalid("file", code)`: `unsupported`, `too_large`, `too_many_pixels`, `broken`, `too_slow`.
    public func uploadMedia(
        _ draft: MediaDraft, as owner: ID<Account>, patience: Duration = .seconds(20)
    ) async throws -> ID<Media> {
        let (store, accepted) = try await accept(draft.upload, description: draft.description, as: owner)
        var media = Media(id: ids.make(at: now()), owner: owner, source: accepted.source, createdAt: now())
        media.kind = accepted.kind.guess
        media.size = accepted.size
        media.description = draft.description.trimmed
        media.focus = draft.focus
        media.attempts = accepted.kind.isImage ? 1 : 0
        let (row, now) = (media, now())
        do {
            try await database.write { tx in
                let lease = accepted.kind.isImage ? now + .minutes(5) : nil
                try Uploads.insert(row, leasedUntil: lease, at: now, in: tx)
            }
        } catch {
            store.discard(source: accepted.source)
            throw error
        }
        guard accepted.kind.isImage else { return row.id }
        let worker = MediaWorker(
            database: database, store: store, clock: clock, logger: Logger(label: "media"))
        // A task of its own: somebody who hangs up does not stop it. If this process dies, a worker takes it up.
        Task { try await worker.convert(row) }
        let settled = try await self.media(row.id, as: owner, patience: patience)
        guard settled.state != .failed else {
            _ = try await database.write { tx in try Uploads.discard(row.id, owner: owner, in: tx) }
            throw ServiceError.invalid("file", settled.error ?? "broken")
        }
        return row.id
    }

    /// What one handed in oneself.
    ///
    /// - Parameter patience: how long it may take until it is converted; whatever its state is afterwards, it is given.
    public func media(
        _ id: ID<Media>, as owner: ID<Account>, patience: Duration = .zero
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

    /// Changes what is said about something that one handed in and that is in no post yet.
    ///
    /// - Parameters:
    ///   - description: nil leaves it.
    ///   - focus: nil leaves it.
    public func editMedia(
        _ id: ID<Media>, description: String?, focus: FocalPoint?, as owner: ID<Account>
    ) async throws -> Media {
        var check = Check()
        check.text(description ?? "", "description", limit: PostLimits.mediaDescription, isNeeded: false)
        try check.finish()
        let now = now()
        return try await database.write { tx in
            guard var media = try Uploads.byID(id, in: tx), media.owner == owner, media.post == nil else {
                throw ServiceError.notFound
            }
            media.description = description?.trimmed ?? media.description
            media.focus = focus ?? media.focus
            try Uploads.describe(id, description: media.description, focus: media.focus, at: now, in: tx)
            return media
        }
    }

    /// Removes something that one handed in and that is in no post.
    public func deleteMedia(_ id: ID<Media>, as owner: ID<Account>) async throws {
        try await database.write { tx in
            guard try Uploads.discard(id, owner: owner, in: tx) else { throw ServiceError.notFound }
        }
    }

    /// Where a file that is shown lies; nil while there is none.
    public func address(ofMedia name: String?) -> String? {
        name.map { identifiers.media($0).string }
    }

    /// Looks at a file before it is taken in; one that is refused is removed.
    func accept(
        _ upload: Upload, description: String = "", as owner: ID<Account>
    ) async throws -> (MediaStore, AcceptedFile) {
        do {
            var check = Check()
            check.text(description, "description", limit: PostLimits.mediaDescription, isNeeded: false)
            try check.finish()
            try await uploads.take("media:\(owner)", at: now())
            _ = try await database.read { db in try actor(owner, in: db) }
            guard let store else { throw ServiceError.conflict("no_media_here") }
            return (store, try await store.accept(upload))
        } catch {
            if case .file(let path) = upload { MediaStore.removeSpooled(path) }
            throw Self.asServiceError(error)
        }
    }

    /// What a person hears of a file that was refused.
    static func asServiceError(_ error: any Error) -> any Error {
        switch error as? MediaError {
        case .none, .unavailable: error
        case .some(let reason): ServiceError.invalid("file", reason.code)
        }
    }
}
