// SPDX-License-Identifier: Apache-2.0

public import Database
public import Logging
public import Model
internal import Storage

/// Converts the files that wait in the database's queue and removes those that nobody needs, until its task is cancelled.
///
/// A file leaves the queue only when its result is kept, so a crash in between converts it twice and never loses it.
/// Several workers may share a queue and a folder.
public actor MediaWorker {
    private let database: Database
    private let store: MediaStore
    private let clock: any Clock
    private let logger: Logger

    /// How long a file is ours; longer than a conversion may take.
    public static let lease = Duration.minutes(30)
    /// How often a file is tried that ends its worker, or that we cannot keep.
    private static let attempts = 3
    /// How often the queue is looked at when nobody tells.
    private static let poll = Duration.seconds(60)
    /// How long a file may belong to no post.
    private static let patience = Duration.days(1)
    /// How many files are removed in one go.
    private static let batch = 50

    /// - Parameters:
    ///   - database: where the queue is.
    ///   - store: where the files are.
    public init(database: Database, store: MediaStore, clock: any Clock, logger: Logger) {
        self.database = database
        self.store = store
        self.clock = clock
        self.logger = logger
    }

    /// Converts and removes what waits, then whatever comes.
    public func run() async {
        await ChangeFeed(database).work(on: .mediaWaits, every: Self.poll) {
            await convertWaiting()
            await removeGone()
        }
    }

    /// Converts every file that is due now.
    ///
    /// - Returns: how many can be shown afterwards.
    @discardableResult
    public func convertWaiting() async -> Int {
        var count = 0
        do {
            while !Task.isCancelled {
                let now = clock.now
                let waiting = try await database.write { tx in
                    try Uploads.lease(limit: 1, now: now, until: now + Self.lease, in: tx)
                }
                guard let media = waiting.first else { break }
                if try await convert(media) == .ready { count += 1 }
            }
        } catch {
            logger.warning("media queue not reachable", metadata: ["error.kind": "\(error)"])
        }
        return count
    }

    /// Converts one file that the caller has leased, and records what became of it.
    ///
    /// - Returns: its state afterwards.
    public func convert(_ media: Media) async throws -> Media.State {
        guard let source = media.source, media.attempts <= Self.attempts else {
            return try await fail(media, .broken)
        }
        let converted: ConvertedMedia
        do throws(MediaError) {
            converted = try await store.convert(source)
        } catch {
            // Whoever is stopped in the middle leaves the file to the next.
            if Task.isCancelled { return try await postpone(media, by: .zero) }
            if case .unavailable = error, media.attempts < Self.attempts {
                logger.warning("media conversion put off", metadata: ["error.kind": "\(error)"])
                return try await postpone(media, by: .minutes(1))
            }
            return try await fail(media, error)
        }
        var finished = media
        converted.write(to: &finished)
        let (row, now) = (finished, clock.now)
        let shown = try await database.write { tx in
            try Uploads.finish(row, at: now, in: tx) ? try Uploads.byID(row.id, in: tx) : nil
        }
        store.discard(source: source)
        guard let shown else {
            await removeFiles(of: row)
            return .gone
        }
        // Somebody who handed in a picture of their own for it does not see ours.
        if let preview = converted.preview, preview.description != shown.previewFile {
            try? await store.remove(preview)
        }
        return .ready
    }

    /// Removes the files, then the rows, of what was given up and of what has belonged to no post for a day.
    public func removeGone() async {
        let limit = clock.now - Self.patience
        do {
            try await database.write { tx in _ = try Uploads.expire(untouchedSince: limit, in: tx) }
            while !Task.isCancelled {
                let gone = try await database.read { db in try Uploads.gone(limit: Self.batch, in: db) }
                guard !gone.isEmpty else { break }
                for media in gone { await removeFiles(of: media) }
                try await database.write { tx in try Uploads.forget(gone.map(\.id), in: tx) }
            }
        } catch {
            logger.warning("media not removed", metadata: ["error.kind": "\(error)"])
        }
        store.sweep()
    }

    private func removeFiles(of media: Media) async {
        for text in [media.file, media.previewFile].compactMap(\.self) {
            guard let name = MediaName(text) else { continue }
            try? await store.remove(name)
        }
        if let source = media.source { store.discard(source: source) }
    }

    private func postpone(_ media: Media, by wait: Duration) async throws -> Media.State {
        let instant = clock.now + wait
        try await database.write { tx in try Uploads.postpone(media.id, until: instant, in: tx) }
        return .waiting
    }

    private func fail(_ media: Media, _ error: MediaError) async throws -> Media.State {
        let now = clock.now
        try await database.write { tx in try Uploads.fail(media.id, code: error.code, at: now, in: tx) }
        if let source = media.source { store.discard(source: source) }
        logger.debug("media refused", metadata: ["media.id": "\(media.id)", "error.kind": "\(error)"])
        return .failed
    }
}
