// SPDX-License-Identifier: Apache-2.0

import Database
import Foundation
import Logging
import MediaStore
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("Handing in pictures", .serialized)
struct MediaTests {
    @Test("a picture is ready when it is handed in, and goes into a post once", arguments: TestEngine.available)
    func publish(engine: TestEngine) async throws {
        try await MediaFixture.open(engine) { cafe, fixture in
            let ada = try await cafe.member("ada")
            var draft = MediaDraft(.bytes(TestPicture.png()))
            draft.description = " A gradient "
            draft.focus = FocalPoint(x: 0, y: 0.5)
            let id = try await cafe.services.uploadMedia(draft, as: .member(ada))
            let media = try await cafe.services.media(id, of: ada)
            #expect(media.state == .ready)
            #expect(media.kind == .image && media.mediaType == "image/png")

            var post = PostDraft(text: "")
            post.media = [id]
            let postID = try await cafe.services.publishPost(post, as: .member(ada))
            let parts = try await cafe.database.read { db in try Posts.parts(of: postID, in: db) }
            let attachment = try #require(parts.attachments.first)
            #expect(attachment.url.string == "https://cafe.example/media/\(try #require(media.file))")
            #expect(attachment.previewURL?.string == "https://cafe.example/media/\(try #require(media.previewFile))")
            #expect(attachment.description == "A gradient")
            #expect(attachment.focus == draft.focus)
            #expect(attachment.measures.width == 8)
            #expect(attachment.blurhash == media.blurhash && media.blurhash != nil)
            #expect(attachment.media == id)

            await #expect(throws: ServiceError.invalid([FieldError("media", "not_found")])) {
                try await cafe.services.publishPost(post, as: .member(ada))
            }
            await #expect(throws: ServiceError.notFound) {
                try await cafe.services.editMedia(id, MediaEdit(description: "Too late"), as: .member(ada))
            }
            await #expect(throws: ServiceError.notFound) { try await cafe.services.deleteMedia(id, as: .member(ada)) }
        }
    }

    @Test("nobody else may see, change, delete or use what one handed in", arguments: TestEngine.available)
    func strangers(engine: TestEngine) async throws {
        try await MediaFixture.open(engine) { cafe, fixture in
            let (ada, eve) = (try await cafe.member("ada"), try await cafe.member("eve"))
            let id = try await cafe.services.uploadMedia(MediaDraft(.bytes(TestPicture.png())), as: .member(ada))
            await #expect(throws: ServiceError.notFound) { try await cafe.services.media(id, of: eve) }
            await #expect(throws: ServiceError.notFound) { try await cafe.services.deleteMedia(id, as: .member(eve)) }
            await #expect(throws: ServiceError.notFound) {
                try await cafe.services.editMedia(id, MediaEdit(description: "Mine"), as: .member(eve))
            }
            var post = PostDraft(text: "Look")
            post.media = [id]
            await #expect(throws: ServiceError.invalid([FieldError("media", "not_found")])) {
                try await cafe.services.publishPost(post, as: .member(eve))
            }
            #expect(try await cafe.services.media(id, of: ada).description.isEmpty)
        }
    }

    @Test("a video waits for a worker, and a post waits for it", arguments: TestEngine.available)
    func video(engine: TestEngine) async throws {
        try await MediaFixture.open(engine) { cafe, fixture in
            let ada = try await cafe.member("ada")
            let video = try await TestProgram.video(in: fixture.folder)
            let id = try await cafe.services.uploadMedia(MediaDraft(.bytes(video)), as: .member(ada))
            #expect(try await cafe.services.media(id, of: ada).state == .waiting)
            var draft = PostDraft(text: "Look")
            draft.media = [id]
            let post = draft
            await #expect(throws: ServiceError.conflict("media_not_ready")) {
                try await cafe.services.publishPost(post, as: .member(ada))
            }
            _ = try await cafe.services.editMedia(id, MediaEdit(description: "A film"), as: .member(ada))
            #expect(await fixture.worker(cafe).convertWaiting() == 1)
            let media = try await cafe.services.media(id, of: ada)
            #expect(media.kind == .video && media.description == "A film")
            let picture = try await cafe.services.uploadMedia(MediaDraft(.bytes(TestPicture.png())), as: .member(ada))
            draft.media = [id, picture]
            let mixed = draft
            await #expect(throws: ServiceError.invalid([FieldError("media", "mixed")])) {
                try await cafe.services.publishPost(mixed, as: .member(ada))
            }
            _ = try await cafe.services.publishPost(post, as: .member(ada))
        }
    }

    @Test("a video shows the picture that came with it, from the first moment on", arguments: TestEngine.available)
    func thumbnail(engine: TestEngine) async throws {
        try await MediaFixture.open(engine) { cafe, fixture in
            let ada = try await cafe.member("ada")
            var draft = MediaDraft(.bytes(try await TestProgram.video(in: fixture.folder)))
            draft.thumbnail = .bytes(TestPicture.png(width: 50, height: 40))
            let id = try await cafe.services.uploadMedia(draft, as: .member(ada))
            let early = try await cafe.services.media(id, of: ada)
            #expect(early.state == .waiting && early.previewFile?.hasSuffix(".png") == true)
            #expect(await fixture.worker(cafe).convertWaiting() == 1)
            let media = try await cafe.services.media(id, of: ada)
            #expect(media.kind == .video && media.measures.width == 64)
            #expect(media.measures.previewWidth == 50 && media.measures.previewHeight == 40)
            #expect(media.previewFile == early.previewFile && media.blurhash == early.blurhash)
            #expect(fixture.files().count == 2)

            var post = PostDraft(text: "Look")
            post.media = [id]
            let postID = try await cafe.services.publishPost(post, as: .member(ada))
            let parts = try await cafe.database.read { db in try Posts.parts(of: postID, in: db) }
            let address = "https://cafe.example/media/\(try #require(early.previewFile))"
            #expect(parts.attachments.first?.previewURL?.string == address)
            #expect(parts.attachments.first?.measures.previewWidth == 50)
            let late = MediaEdit(thumbnail: .bytes(TestPicture.png()))
            await #expect(throws: ServiceError.notFound) {
                try await cafe.services.editMedia(id, late, as: .member(ada))
            }
            try await cafe.services.deletePost(postID, as: .member(ada))
            cafe.clock.pass(.days(2))
            await fixture.worker(cafe).removeGone()
            #expect(fixture.files().isEmpty)
        }
    }

    @Test(
        "a picture for it may come later, and takes the place of the one before", arguments: TestEngine.available,
        [true, false])
    func laterThumbnail(engine: TestEngine, isEarly: Bool) async throws {
        try await MediaFixture.open(engine) { cafe, fixture in
            let (ada, eve) = (try await cafe.member("ada"), try await cafe.member("eve"))
            let video = try await TestProgram.video(in: fixture.folder)
            let id = try await cafe.services.uploadMedia(MediaDraft(.bytes(video)), as: .member(ada))
            if !isEarly { await fixture.worker(cafe).convertWaiting() }
            let before = try await cafe.services.media(id, of: ada)
            let files = fixture.files()
            for (bytes, person, error) in [
                (Array("<svg/>".utf8), ada, .invalid([FieldError("thumbnail", "unsupported")])),
                (Array(TestPicture.png().prefix(30)), ada, .invalid([FieldError("thumbnail", "broken")])),
                (video, ada, .invalid([FieldError("thumbnail", "unsupported")])),
                (TestPicture.png(), eve, .notFound),
            ] as [([UInt8], ID<Account>, ServiceError)] {
                let edit = MediaEdit(description: "Changed", thumbnail: .bytes(bytes))
                await #expect(throws: error) { try await cafe.services.editMedia(id, edit, as: .member(person)) }
            }
            #expect(try await cafe.services.media(id, of: ada) == before)
            #expect(fixture.files() == files)

            for width in [30, 20] {
                let edit = MediaEdit(description: "Tea", thumbnail: .bytes(TestPicture.png(width: width, height: 10)))
                let changed = try await cafe.services.editMedia(id, edit, as: .member(ada))
                #expect(changed.description == "Tea" && changed.measures.previewWidth == width)
            }
            if isEarly { #expect(await fixture.worker(cafe).convertWaiting() == 1) }
            let after = try await cafe.services.media(id, of: ada)
            #expect(after.state == .ready && after.measures.previewWidth == 20 && after.measures.width == 64)
            #expect(fixture.files().count == 2)
        }
    }

    @Test("a thumbnail that is no picture keeps the video out too", arguments: TestEngine.available)
    func badThumbnail(engine: TestEngine) async throws {
        try await MediaFixture.open(engine) { cafe, fixture in
            let ada = try await cafe.member("ada")
            for file in [TestPicture.png(), try await TestProgram.video(in: fixture.folder)] {
                var draft = MediaDraft(.bytes(file))
                draft.thumbnail = .bytes(Array("<svg/>".utf8))
                let refused = draft
                await #expect(throws: ServiceError.invalid([FieldError("thumbnail", "unsupported")])) {
                    try await cafe.services.uploadMedia(refused, as: .member(ada))
                }
                #expect(fixture.files().isEmpty)
            }
            #expect(await fixture.worker(cafe).convertWaiting() == 0)
        }
    }

    @Test("a picture that cannot be shown takes the thumbnail that came with it along", arguments: TestEngine.available)
    func thumbnailOfNothing(engine: TestEngine) async throws {
        try await MediaFixture.open(engine) { cafe, fixture in
            let ada = try await cafe.member("ada")
            var draft = MediaDraft(.bytes(TestPicture.png(width: 90, height: 30)))
            draft.thumbnail = .bytes(TestPicture.png(width: 20, height: 20))
            let shown = try await cafe.services.media(
                try await cafe.services.uploadMedia(draft, as: .member(ada)), of: ada)
            #expect(shown.kind == .image && shown.measures.width == 90 && shown.measures.previewWidth == 20)
            #expect(fixture.files().count == 2)
            draft.upload = .bytes(Array(TestPicture.png().prefix(20)))
            let broken = draft
            await #expect(throws: ServiceError.invalid([FieldError("file", "broken")])) {
                try await cafe.services.uploadMedia(broken, as: .member(ada))
            }
            await fixture.worker(cafe).removeGone()
            #expect(fixture.files().count == 2)
        }
    }

    @Test("what cannot be shown is refused, or fails, and leaves nothing", arguments: TestEngine.available)
    func refused(engine: TestEngine) async throws {
        try await MediaFixture.open(engine) { cafe, fixture in
            let ada = try await cafe.member("ada")
            await #expect(throws: ServiceError.invalid([FieldError("file", "unsupported")])) {
                try await cafe.services.uploadMedia(MediaDraft(.bytes(Array("<svg/>".utf8))), as: .member(ada))
            }
            let broken = Array(TestPicture.png().prefix(20))
            await #expect(throws: ServiceError.invalid([FieldError("file", "broken")])) {
                try await cafe.services.uploadMedia(MediaDraft(.bytes(broken)), as: .member(ada))
            }
            let pretender = Array("\0\0\0\u{18}ftypisom".utf8) + [UInt8](repeating: 7, count: 99)
            let id = try await cafe.services.uploadMedia(MediaDraft(.bytes(pretender)), as: .member(ada))
            #expect(await fixture.worker(cafe).convertWaiting() == 0)
            let failed = try await cafe.services.media(id, of: ada)
            #expect(failed.state == .failed && failed.error != nil)
            await fixture.worker(cafe).removeGone()
            #expect(fixture.files().isEmpty)
        }
    }

    @Test("an edit changes words, order and number of what a post shows", arguments: TestEngine.available)
    func edit(engine: TestEngine) async throws {
        try await MediaFixture.open(engine) { cafe, fixture in
            let ada = try await cafe.member("ada")
            var ids: [ID<Media>] = []
            for _ in 1...3 {
                ids.append(try await cafe.services.uploadMedia(MediaDraft(.bytes(TestPicture.png())), as: .member(ada)))
            }
            var draft = PostDraft(text: "Look")
            draft.media = [ids[0], ids[1]]
            let post = try await cafe.services.publishPost(draft, as: .member(ada))
            try await cafe.services.editPost(post, title: "", text: "Look here", as: .member(ada))
            #expect(try await cafe.shown(post) == [ids[0], ids[1]])

            var change = PostMediaEdit([ids[2], ids[0]])
            change.details[ids[0]] = .init(description: "The first", focus: FocalPoint(x: 1, y: 1))
            var edit = PostChange()
            edit.text = "Look there"
            edit.media = change
            try await cafe.services.editPost(post, edit, as: .member(ada))
            #expect(try await cafe.shown(post) == [ids[2], ids[0]])
            let parts = try await cafe.database.read { db in try Posts.parts(of: post, in: db) }
            #expect(parts.attachments.last?.description == "The first")
            #expect(parts.attachments.last?.focus == FocalPoint(x: 1, y: 1))
            #expect(try await cafe.services.media(ids[1], of: ada).post == nil)

            await #expect(throws: ServiceError.invalid([FieldError("text", "missing")])) {
                var nothing = PostChange()
                nothing.text = ""
                nothing.media = PostMediaEdit([])
                try await cafe.services.editPost(post, nothing, as: .member(ada))
            }
            #expect(try await cafe.shown(post) == [ids[2], ids[0]])
        }
    }

    @Test("files go with what they belong to: discarded, expired, and when a post is deleted")
    func removed() async throws {
        try await MediaFixture.open(.sqlite) { cafe, fixture in
            let ada = try await cafe.member("ada")
            let picture = MediaDraft(.bytes(TestPicture.png()))
            let discarded = try await cafe.services.uploadMedia(picture, as: .member(ada))
            var draft = PostDraft(text: "Look")
            draft.media = [try await cafe.services.uploadMedia(picture, as: .member(ada))]
            let post = try await cafe.services.publishPost(draft, as: .member(ada))
            _ = try await cafe.services.uploadMedia(picture, as: .member(ada))
            #expect(fixture.files().count == 6)
            try await cafe.services.deleteMedia(discarded, as: .member(ada))
            await fixture.worker(cafe).removeGone()
            #expect(fixture.files().count == 4)
            cafe.clock.pass(.days(2))
            await fixture.worker(cafe).removeGone()
            #expect(fixture.files().count == 2)
            try await cafe.services.deletePost(post, as: .member(ada))
            await fixture.worker(cafe).removeGone()
            #expect(fixture.files().isEmpty)
        }
    }

    @Test("the profile images of a deleted member are removed")
    func deletedMember() async throws {
        try await MediaFixture.open(.sqlite) { cafe, fixture in
            let ada = try await cafe.member("ada")
            for picture in ProfilePicture.allCases {
                let upload = Upload.bytes(TestPicture.png(width: 40, height: 30))
                try await cafe.services.setPicture(picture, upload, as: .member(ada))
            }
            let before = fixture.files().count
            #expect(before == 2)
            try await cafe.services.deleteAccount(ada, as: .operator)
            let after = fixture.files()
            #expect(after.isEmpty)
        }
    }

    @Test("a profile image is cut, said and replaces the one before", arguments: ProfilePicture.allCases)
    func profileImage(picture: ProfilePicture) async throws {
        try await MediaFixture.open(.sqlite) { cafe, fixture in
            let ada = try await cafe.member("ada")
            try await cafe.follow(ada, by: try await cafe.stranger("vic").id)
            try await cafe.forgetSayings()
            for _ in 1...2 {
                let upload = Upload.bytes(TestPicture.png(width: 40, height: 30))
                try await cafe.services.setPicture(picture, upload, as: .member(ada))
                #expect(fixture.files().count == 1)
            }
            let name = try #require(fixture.files().first?.split(separator: "/").last)
            let account = try await cafe.local("ada")
            #expect(account[picture] == "https://cafe.example/media/\(name)")
            #expect(try await cafe.sayings().contains("Update ada"))
            try await cafe.services.removePicture(picture, as: .member(ada))
            #expect(fixture.files().isEmpty)
            #expect(try await cafe.local("ada")[picture] == nil)
            await #expect(throws: ServiceError.invalid([FieldError("file", "unsupported")])) {
                try await cafe.services.setPicture(picture, .bytes([1, 2, 3]), as: .member(ada))
            }
        }
    }

    @Test("a crash in the middle of a conversion leaves it to a worker")
    func crash() async throws {
        try await MediaFixture.open(.sqlite) { cafe, fixture in
            let ada = try await cafe.member("ada")
            let accepted = try await fixture.store.accept(.bytes(TestPicture.png()))
            let now = cafe.clock.now
            var media = Media(id: cafe.ids.make(at: now), owner: ada, source: accepted.source, createdAt: now)
            media.kind = .image
            let row = media
            try await cafe.database.write { tx in
                try Uploads.insert(row, leasedUntil: now + .minutes(5), at: now, in: tx)
            }
            #expect(await fixture.worker(cafe).convertWaiting() == 0)
            cafe.clock.pass(.minutes(6))
            #expect(await fixture.worker(cafe).convertWaiting() == 1)
            #expect(try await cafe.services.media(row.id, of: ada).state == .ready)
        }
    }
}

extension Account {
    fileprivate subscript(picture: ProfilePicture) -> String? {
        switch picture {
        case .avatar: icon?.string
        case .header: header?.string
        }
    }
}

extension Cafe {
    fileprivate func shown(_ post: ID<Post>) async throws -> [ID<Media>] {
        try await database.read { db in try Posts.parts(of: post, in: db).attachments.compactMap(\.media) }
    }
}

/// A media store in its own folder.
private struct MediaFixture: Sendable {
    let store: MediaStore
    let folder: URL

    static func open(_ engine: TestEngine, _ body: (Cafe, MediaFixture) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "darkroom-\(UUID().uuidString)", directoryHint: .isDirectory)
        defer { try? FileManager.default.removeItem(at: folder) }
        let fixture = MediaFixture(store: try MediaStore(path: folder.path), folder: folder)
        try await Cafe.open(engine, store: fixture.store) { cafe in try await body(cafe, fixture) }
    }

    func worker(_ cafe: Cafe) -> MediaWorker {
        MediaWorker(database: cafe.database, store: store, clock: cafe.clock, logger: Logger(label: "test"))
    }

    /// All files of the store, including those that wait for conversion.
    func files() -> [String] {
        let all = FileManager.default.subpaths(atPath: folder.path) ?? []
        return all.filter { $0.split(separator: "/").last?.contains(".") == true || $0.hasPrefix("incoming/") }
    }
}
