// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing

@Suite("Uploads")
struct UploadsTests {
    private static let now = Scene.start

    @Test("what waits is leased once, and again when its worker died", arguments: TestEngine.available)
    func lease(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ada = try await scene.account("ada")
            let media = try await scene.upload(by: ada)
            let first = try await scene.leaseUploads(at: Self.now)
            #expect(first.map(\.id) == [media.id])
            #expect(first.first?.attempts == 1)
            #expect(try await scene.leaseUploads(at: Self.now).isEmpty)
            #expect(try await scene.leaseUploads(at: Self.now + .minutes(11)).first?.attempts == 2)
        }
    }

    @Test("what somebody converts who stored it waits for nobody else", arguments: TestEngine.available)
    func leased(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ada = try await scene.account("ada")
            let words = scene.db.announcements
            try await scene.upload(by: ada, leasedUntil: Self.now + .minutes(1))
            #expect(try await scene.leaseUploads(at: Self.now).isEmpty)
            #expect(try await scene.leaseUploads(at: Self.now + .minutes(2)).first?.attempts == 2)
            try await scene.upload(by: ada)
            var heard = words.makeAsyncIterator()
            #expect(await heard.next() == Change.mediaWaits.rawValue)
        }
    }

    @Test("a finished file has all that was found out, and keeps what was said of it", arguments: TestEngine.available)
    func finish(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ada = try await scene.account("ada")
            var media = try await scene.upload(by: ada)
            let id = media.id
            try await scene.db.write { tx in
                try Uploads.describe(
                    id, description: "A cat", focus: FocalPoint(x: 0.25, y: -1), at: Self.now, in: tx)
            }
            media = media.converted()
            let converted = media
            #expect(try await scene.db.write { tx in try Uploads.finish(converted, at: Self.now, in: tx) })
            #expect(try await !scene.db.write { tx in try Uploads.finish(converted, at: Self.now, in: tx) })
            let stored = try #require(try await scene.upload(id))
            media.state = .ready
            media.source = nil
            media.description = "A cat"
            media.focus = FocalPoint(x: 0.25, y: -1)
            #expect(stored == media)
        }
    }

    @Test("a smaller picture that was handed in is not lost to the one that we made", arguments: TestEngine.available)
    func preview(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ada = try await scene.account("ada")
            let first = MediaPreview(file: "1.png", width: 50, height: 40, blurhash: "00TSUA")
            let second = MediaPreview(file: "2.png", width: 5, height: 4, blurhash: nil)
            let media = try await scene.upload(by: ada)
            #expect(try await scene.show(first, for: media.id) == nil)
            let converted = media.converted()
            #expect(try await scene.db.write { tx in try Uploads.finish(converted, at: Self.now, in: tx) })
            var expected = converted
            expected.state = .ready
            expected.source = nil
            expected.show(first)
            #expect(try await scene.upload(media.id) == expected)
            #expect(try await scene.show(second, for: media.id) == "1.png")
            expected.show(second)
            #expect(try await scene.upload(media.id) == expected)

            var early = Media(id: scene.id(), owner: ada.id, source: "source", createdAt: Self.now)
            early.show(first)
            let row = early
            try await scene.db.write { tx in try Uploads.insert(row, leasedUntil: nil, at: Self.now, in: tx) }
            #expect(try await scene.upload(row.id) == row)
        }
    }

    @Test("what is in a post, has failed or is gone takes no other picture", arguments: TestEngine.available)
    func noPreview(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ada = try await scene.account("ada")
            let post = try await scene.post(by: ada)
            let preview = MediaPreview(file: "new.png", width: 5, height: 4, blurhash: nil)
            let used = try await scene.finishedUpload(by: ada)
            #expect(try await scene.attach([used.id], to: post))
            let failed = try await scene.upload(by: ada)
            try await scene.db.write { tx in try Uploads.fail(failed.id, code: "broken", at: Self.now, in: tx) }
            for id in [used.id, failed.id, ID<Media>(7)] {
                #expect(try await scene.show(preview, for: id) == "new.png")
            }
            #expect(try await scene.upload(used.id)?.previewFile == "a.jpg")
        }
    }

    @Test("new words and pictures take nothing from what a later post keeps", arguments: TestEngine.available)
    func held(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ada = try await scene.account("ada")
            let id = try await scene.finishedUpload(by: ada).id
            let preview = MediaPreview(file: "new.png", width: 5, height: 4, blurhash: nil)
            try await scene.db.write { tx in
                try Uploads.hold([id], until: Self.now + .days(9), in: tx)
                try Uploads.describe(id, description: "tea", focus: nil, at: Self.now, in: tx)
                _ = try Uploads.show(preview, for: id, at: Self.now, in: tx)
            }
            let expired = try await scene.db.write { tx in
                try Uploads.expire(untouchedSince: Self.now + .days(9), in: tx)
            }
            #expect(expired == 0)
            #expect(try await scene.upload(id)?.description == "tea")
        }
    }

    @Test("only finished, free media of one's own go into a post, all or none", arguments: TestEngine.available)
    func attach(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let (ada, eve) = (try await scene.account("ada"), try await scene.account("eve"))
            let (post, other) = (try await scene.post(by: ada), try await scene.post(by: ada))
            let mine = try await scene.finishedUpload(by: ada)
            let theirs = try await scene.finishedUpload(by: eve)
            let unfinished = try await scene.upload(by: ada)
            for ids in [[theirs.id], [unfinished.id], [ID<Media>(7)], [theirs.id, mine.id]] {
                #expect(try await !scene.attach(ids, to: post))
            }
            #expect(try await scene.attach([mine.id], to: post))
            #expect(try await scene.attach([mine.id], to: post))
            #expect(try await !scene.attach([mine.id], to: other))
            #expect(try await scene.upload(mine.id)?.post == post.id)
        }
    }

    @Test("what belongs to no post for a day is given up; what belongs to one stays", arguments: TestEngine.available)
    func expire(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ada = try await scene.account("ada")
            let post = try await scene.post(by: ada)
            let (loose, kept) = (try await scene.finishedUpload(by: ada), try await scene.finishedUpload(by: ada))
            #expect(try await scene.attach([kept.id], to: post))
            let later = Self.now + .days(1)
            #expect(try await scene.db.write { tx in try Uploads.expire(untouchedSince: later, in: tx) } == 1)
            #expect(try await scene.db.read { db in try Uploads.gone(limit: 9, in: db) }.map(\.id) == [loose.id])
            #expect(try await scene.upload(loose.id) == nil)
            try await scene.db.write { tx in try Uploads.forget([loose.id, kept.id], in: tx) }
            #expect(try await scene.upload(kept.id) != nil)
            #expect(try await scene.db.read { db in try Uploads.gone(limit: 9, in: db) }.isEmpty)
        }
    }

    @Test("a post that is deleted leaves its media to nobody", arguments: TestEngine.available)
    func orphaned(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ada = try await scene.account("ada")
            let post = try await scene.post(by: ada)
            let media = try await scene.finishedUpload(by: ada)
            #expect(try await scene.attach([media.id], to: post))
            try await scene.db.write { tx in _ = try Posts.delete(post.id, in: tx) }
            #expect(try await scene.upload(media.id)?.post == nil)
        }
    }

    @Test("one's own loose media are discarded once, nobody else's and none in a post", arguments: TestEngine.available)
    func discard(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let (ada, eve) = (try await scene.account("ada"), try await scene.account("eve"))
            let post = try await scene.post(by: ada)
            let (loose, used) = (try await scene.finishedUpload(by: ada), try await scene.finishedUpload(by: ada))
            #expect(try await scene.attach([used.id], to: post))
            let tries = [(loose, eve, false), (used, ada, false), (loose, ada, true), (loose, ada, false)]
            for (media, owner, expected) in tries {
                let isDone = try await scene.db.write { tx in
                    try Uploads.discard(media.id, owner: owner.id, in: tx)
                }
                #expect(isDone == expected)
            }
        }
    }

    @Test("an attachment comes back as it was stored, in its post and in its view", arguments: TestEngine.available)
    func attachments(engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ada = try await scene.account("ada")
            var video = Attachment(url: try scene.iri("media"), mediaType: "video/mp4", description: "A film")
            video.kind = .gifv
            video.media = scene.id()
            video.previewURL = try scene.iri("media")
            video.blurhash = "LEHV6nWB2yk8pyo0adR*.7kCMdnj"
            video.focus = FocalPoint(x: -1, y: 0.5)
            video.measures = Media.known
            let plain = Attachment(url: try scene.iri("media"), mediaType: "image/*", description: "")
            var parts = PostParts()
            parts.attachments = [video, plain]
            let (post, stored) = (try scene.draft(by: ada), parts)
            try await scene.store(post, stored)
            let read = try await scene.db.read { db in try Posts.parts(of: post.id, in: db).attachments }
            #expect(read == parts.attachments)
            let view = try await scene.db.read { db in try PostViews.one(post.id, viewer: nil, in: db) }
            #expect(view?.attachments == parts.attachments)
        }
    }
}

extension Media {
    fileprivate static var known: MediaMeasures {
        var measures = MediaMeasures()
        (measures.width, measures.height) = (640, 480)
        (measures.previewWidth, measures.previewHeight) = (320, 240)
        (measures.duration, measures.frameRate, measures.bitrate) = (1.5, "25/1", 1_000_000)
        return measures
    }

    fileprivate func converted() -> Media {
        var media = self
        media.kind = .video
        media.mediaType = "video/mp4"
        media.file = "a.mp4"
        media.previewFile = "a.jpg"
        media.size = 1_234
        media.measures = Self.known
        media.blurhash = "LEHV6nWB2yk8pyo0adR*.7kCMdnj"
        return media
    }
}

extension Scene {
    @discardableResult
    fileprivate func upload(by owner: Account, leasedUntil lease: Timestamp? = nil) async throws -> Media {
        let media = Media(id: id(), owner: owner.id, source: "source", createdAt: Self.start)
        try await db.write { tx in try Uploads.insert(media, leasedUntil: lease, at: Self.start, in: tx) }
        return media
    }

    fileprivate func finishedUpload(by owner: Account) async throws -> Media {
        let media = try await upload(by: owner).converted()
        try await db.write { tx in _ = try Uploads.finish(media, at: Self.start, in: tx) }
        return media
    }

    fileprivate func upload(_ id: ID<Media>) async throws -> Media? {
        try await db.read { db in try Uploads.byID(id, in: db) }
    }

    fileprivate func show(_ preview: MediaPreview, for id: ID<Media>) async throws -> String? {
        try await db.write { tx in try Uploads.show(preview, for: id, at: Self.start, in: tx) }
    }

    fileprivate func leaseUploads(at now: Timestamp) async throws -> [Media] {
        try await db.write { tx in try Uploads.lease(5, Lease(now: now, until: now + .minutes(10)), in: tx) }
    }

    /// Attaches media as a command does: all of them, or the transaction is rolled back.
    fileprivate func attach(_ ids: [ID<Media>], to post: Post) async throws -> Bool {
        struct Refused: Error {}
        do {
            try await db.write { tx in
                let isDone = try Uploads.attach(ids, to: post.id, owner: post.author, at: Self.start, in: tx)
                if !isDone { throw Refused() }
            }
            return true
        } catch is Refused {
            return false
        }
    }
}
