// SPDX-License-Identifier: Apache-2.0

public import Database
public import Logging
public import Model
internal import Storage

/// Converts the files in the queue of the database, and removes files that are no longer needed, until its task is
/// cancelled.
///
/// A file leaves the queue only when its result is stored. So after a crash it is converted again and never lost.
/// Several workers may share a queue and a folder.
public struct MediaWorker: Sendable {
    private let database: Database
    private let store: MediaStore
    private let clock: any Clock
    private let logger: Logger

    /// How long a file stays leased when its process no longer renews the lease.
    private static let lease = Duration.minutes(30)
    /// How often the worker reads the queue when no change is announced.
    private static let poll = Duration.seconds(60)
    /// How long a file may belong to no post before it is removed.
    private static let patience = Duration.days(1)
    /// How many rows are removed in one transaction.
    private static let batch = 50

    /// - Parameters:
    ///   - database: the database with the queue, the table `media`.
    ///   - store: converts and stores the files.
    public init(database: Database, store: MediaStore, clock: any Clock, logger: Logger) {
        self.database = database
        self.store = store
        self.clock = clock
        self.logger = logger
    }

    /// Converts and removes the files that are due, then waits for the next ones.
    public func run() async {
        await removeDeadJobs()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await worker.run() }
            group.addTask {
                await ChangeFeed(database).work(on: .mediaWaits, every: Self.poll) { await removeGone() }
            }
        }
    }

    /// Converts every file that is due now.
    ///
    /// - Returns: how many of them are ready to be shown.
    @discardableResult
    public func convertWaiting() async -> Int {
        await worker.drain().count { $0 == .ready }
    }

    private var worker: QueueWorker<ConversionWork> {
        // One conversion at a time, because each uses a whole CPU core.
        var settings = QueueSettings(wakes: .mediaWaits, every: Self.poll, places: 1)
        settings.lease = Self.lease
        // A video takes longer to convert than a shutdown can wait.
        settings.patience = .zero
        return QueueWorker(
            ConversionWork(worker: self), settings,
            in: QueueContext(database: database, clock: clock, logger: logger))
    }

    /// Converts one file that the caller has leased, and writes the result to its row.
    ///
    /// - Returns: its state afterwards.
    public func convert(_ media: Media) async throws -> Media.State {
        let retry = Uploads.queue.retry
        guard let source = media.source, media.attempts <= retry.attempts ?? .max else {
            return try await fail(media, .broken)
        }
        let converted: ConvertedMedia
        do throws(MediaError) {
            converted = try await store.convert(source)
        } catch {
            // When this process is stopped, another worker converts the file.
            if Task.isCancelled { return .waiting }
            let now = clock.now
            if case .unavailable = error,
                let next = retry.nextTry(afterAttempts: media.attempts, since: now, now: now, chance: 0)
            {
                logger.warning("media conversion put off", metadata: ["error.kind": "\(error)"])
                try await database.write { tx in try Uploads.postpone(media.id, until: next, in: tx) }
                return .waiting
            }
            return try await fail(media, error)
        }
        return try await keep(converted, of: media, source: source)
    }

    private func keep(_ converted: ConvertedMedia, of media: Media, source: String) async throws -> Media.State {
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
        // The user uploaded a preview meanwhile, so the preview made here is not used.
        if let preview = converted.preview, preview.description != shown.previewFile {
            try? await store.remove(preview)
        }
        return .ready
    }

    /// Removes what a dead process left of its conversions. Their files are converted again.
    func removeDeadJobs() async {
        let now = clock.now
        guard let living = try? await database.write({ tx in try Processes.living(at: now, in: tx) }) else { return }
        store.removeJobs(except: living)
    }

    /// Removes the files, then the rows, of failed conversions and of media that has belonged to no post for a day.
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
        await removeOldEmoji()
        store.sweep()
    }

    /// Removes the custom emoji that nobody has used for a long time, first their files.
    private func removeOldEmoji() async {
        let now = clock.now
        do {
            while !Task.isCancelled {
                let old = try await database.read { db in
                    try CustomEmojis.outdated(at: now, limit: Self.batch, in: db)
                }
                guard !old.isEmpty else { break }
                for name in old.compactMap({ $0.file.flatMap { MediaName($0) } }) { try await store.remove(name) }
                try await database.write { tx in try CustomEmojis.forget(old, in: tx) }
            }
        } catch {
            logger.warning("custom emoji not removed", metadata: ["error.kind": "\(error)"])
        }
    }

    private func removeFiles(of media: Media) async {
        for text in [media.file, media.previewFile].compactMap(\.self) {
            guard let name = MediaName(text) else { continue }
            try? await store.remove(name)
        }
        if let source = media.source { store.discard(source: source) }
    }

    private func fail(_ media: Media, _ error: MediaError) async throws -> Media.State {
        let now = clock.now
        try await database.write { tx in try Uploads.fail(media.id, code: error.code, at: now, in: tx) }
        if let source = media.source { store.discard(source: source) }
        logger.debug("media refused", metadata: ["media.id": "\(media.id)", "error.kind": "\(error)"])
        return .failed
    }
}

/// Converts one file.
private struct ConversionWork: QueueWork {
    let worker: MediaWorker

    var queue: LeasedQueue { Uploads.queue }

    func lease(_ limit: Int, _ lease: Lease, in tx: Transaction) throws -> [Media] {
        try Uploads.lease(limit, lease, in: tx)
    }

    func keys(of media: Media) -> [QueueKey] { [QueueKey(media.id)] }

    func perform(_ media: Media) async throws -> Media.State { try await worker.convert(media) }
}
