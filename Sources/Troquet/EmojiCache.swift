// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
internal import HTTPSupport
internal import HTTPTypes
internal import Hummingbird
internal import Limits
internal import Logging
internal import MediaStore
internal import Model
internal import Storage
internal import Transport
internal import Vocabulary

/// Small copies of the custom emoji of other servers.
///
/// A picture is fetched and converted when somebody sees it first, one at a time, so that strangers cannot cause much
/// work. A picture that could not be fetched is tried again an hour later. No reader of a page is seen by the other
/// server.
struct EmojiCache: Sendable {
    /// The largest picture that is fetched.
    static let limitBytes = 524_288
    private static let patience = Duration.seconds(5)
    private static let pause = Duration.hours(1)

    private let database: Database
    private let store: MediaStore
    private let pictures: PictureLoader
    private let clock: any Model.Clock
    private let logger: Logger
    private let places = AsyncSemaphore<Unkeyed>(limit: 1, waiterLimit: 16)

    init(_ node: Node) {
        let policies = node.policies
        self.init(
            database: node.database, store: node.media,
            pictures: PictureLoader(client: node.client) { host in (try? await policies.admits(host)) ?? false },
            clock: node.clock, logger: node.logger)
    }

    init(
        database: Database, store: MediaStore, pictures: PictureLoader, clock: any Model.Clock, logger: Logger
    ) {
        self.database = database
        self.store = store
        self.pictures = pictures
        self.clock = clock
        self.logger = logger
    }

    /// The route `/emoji/HOST/SHORTCODE`. The file under this address may change, so it is kept for a day only.
    var routes: [Route] {
        [
            .document("/emoji/:host/:shortcode") { request, context in
                guard let host = context.parameter("host"), let shortcode = context.parameter("shortcode"),
                    CustomEmoji.isShortcode(shortcode), let name = try await file(shortcode, of: host),
                    let file = try await store.open(name)
                else { throw RequestError.notFound }
                let picture = FileResponse(name: name.description, contentType: name.mediaType, size: file.size) {
                    try await file.read(from: $0, count: $1)
                }
                var response = picture.response(to: request)
                response.headers[.cacheControl] = "public, max-age=86400"
                return response
            }
        ]
    }

    /// The file of an emoji; nil when it is unknown or cannot be fetched now.
    func file(_ shortcode: String, of host: String) async throws -> MediaName? {
        guard let emoji = try await find(shortcode, of: host) else { return nil }
        let now = clock.now
        if CustomEmojis.needsTouch(emoji, at: now) {
            try await database.write { tx in try CustomEmojis.touch(emoji, at: now, in: tx) }
        }
        let known = emoji.file.flatMap { MediaName($0) }
        guard known == nil || emoji.isOutdated, mayTry(emoji) else { return known }
        do {
            return try await withDeadline(.now + Self.patience) {
                try await places.withPlace(.all) { try await fetch(shortcode, of: host) }
            } ?? known
        } catch {
            return known
        }
    }

    private func find(_ shortcode: String, of host: String) async throws -> StoredEmoji? {
        try await database.read { db in try CustomEmojis.find(shortcode, of: host, in: db) }
    }

    private func mayTry(_ emoji: StoredEmoji) -> Bool {
        emoji.failedAt.map { $0 + Self.pause < clock.now } ?? true
    }

    /// Fetches and converts a picture, unless this happened while the caller waited for its place.
    private func fetch(_ shortcode: String, of host: String) async throws -> MediaName? {
        guard let emoji = try await find(shortcode, of: host) else { return nil }
        if let file = emoji.file, !emoji.isOutdated { return MediaName(file) }
        guard mayTry(emoji) else { return nil }
        let name: MediaName
        do {
            let bytes = try await pictures.load(
                emoji.url, limitBytes: Self.limitBytes, deadline: .now + Self.patience)
            name = try await store.makeEmoji(.bytes(bytes))
        } catch {
            logger.debug("custom emoji not shown", metadata: ["object.iri": "\(emoji.url)", "error.kind": "\(error)"])
            let now = clock.now
            try await database.write { tx in try CustomEmojis.fail(emoji, at: now, in: tx) }
            return nil
        }
        let unused = try await database.write { tx in try CustomEmojis.keep(name.description, of: emoji, in: tx) }
        if let unused = unused.flatMap({ MediaName($0) }) { try await store.remove(unused) }
        return unused == name.description ? nil : name
    }
}
