// SPDX-License-Identifier: Apache-2.0

import Federation
import Model
import Testing
import Vocabulary

private let now = Timestamp(1_780_000_000_000)
private let vic = "https://victim.test/u/vic"

@Suite("another node's post: its words and pictures")
struct WordsAndPicturesTests {
    private static let base = noteDocument("https://victim.test/n/1", by: vic)

    private func read(_ changes: [String: JSON?]) throws -> RemotePost {
        let note = try NoteDocument(try #require(Document(Self.base.with(changes))))
        let address = try iri(vic)
        let author = Account(
            id: ID(1), kind: .person, username: "vic", host: address.authority, iri: address, createdAt: now)
        return try NoteToPost.read(
            note, id: ID(9), author: author, at: now,
            identifiers: LocalIdentifiers(origin: try iri("https://node.test")))
    }

    @Test("a text that is only a picture is a post with this picture")
    func onlyPicture() throws {
        let post = try read(["content": "<p><img src=\"https://victim.test/cat.png\" alt=\"a cat\"></p>"])
        #expect(post.attachments.map(\.url.string) == ["https://victim.test/cat.png"])
        #expect(post.attachments.first?.description == "a cat")
        #expect(post.attachments.first?.kind == .image)
        #expect(post.post.content.isEmpty)
    }

    @Test("an article keeps every picture: as many as a post has places for, then links")
    func manyPictures() throws {
        let pictures = (0..<60).map { "<figure><img src=\"https://victim.test/\($0).jpg\" alt=\"n\($0)\"></figure>" }
        let listed: JSON = ["type": "Image", "url": "https://victim.test/0.jpg?fit=9", "mediaType": "image/jpeg"]
        let post = try read([
            "type": "Article", "content": JSON("<p>x</p>" + pictures.joined()), "attachment": [listed],
            "image": ["type": "Image", "url": "https://victim.test/cover.jpg", "name": "The cover"],
        ])
        #expect(post.attachments.count == 32)
        #expect(post.attachments.first?.description == "The cover")
        #expect(post.post.content.string.components(of: "<a ") == 60 - 1 - 30)
        #expect(post.post.content.string.contains(">n59</a>"))
    }

    @Test("the file of a film or a sound is shown, in a size that fits a screen")
    func files() throws {
        func link(_ type: String, _ path: String, _ height: Int64) -> JSON {
            [
                "type": "Link", "mediaType": JSON(type), "href": JSON("https://victim.test/\(path)"),
                "height": JSON(height),
            ]
        }
        let film = try read([
            "type": "Video", "name": "Film", "icon": ["type": "Image", "url": "https://victim.test/small.jpg"],
            "url": [
                link("text/html", "w", 0), link("video/mp4", "1080.mp4", 1_080), link("video/mp4", "720.mp4", 720),
                link("video/mp4", "240.mp4", 240),
            ],
        ])
        #expect(film.attachments.map(\.url.path) == ["/720.mp4"])
        #expect(film.attachments.first?.previewURL?.path == "/small.jpg")
        #expect(film.attachments.first?.kind == .video)
    }

    @Test(
        "the text is read wherever it stands",
        arguments: [
            (["content": ["en": "<p>Hello</p>"]], "<p>Hello</p>"),
            (["content": "", "contentMap": ["de": "<p>Hallo</p>"]], "<p>Hallo</p>"),
            (
                ["content": nil, "source": ["content": "a <b>\n\nc", "mediaType": "text/plain"]],
                "<p>a &lt;b&gt;</p><p>c</p>"
            ),
            (["content": "<p></p>", "source": ["content": "<p>x</p>", "mediaType": "text/html"]], "<p>x</p>"),
        ] as [([String: JSON?], String)])
    func words(changes: [String: JSON?], expected: String) throws {
        #expect(try read(changes).post.content.string == expected)
    }

    @Test("custom emoji are kept that the text uses, each once")
    func emoji() throws {
        func emoji(_ name: String, _ url: String) -> JSON {
            ["type": "Emoji", "name": JSON(name), "icon": ["type": "Image", "url": JSON(url)]]
        }
        let post = try read([
            "content": "<p>A :cup: and :tea:</p>", "summary": "Warm :mug:",
            "tag": [
                emoji(":cup:", "https://victim.test/cup.png"), emoji("mug", "https://victim.test/mug.png"),
                emoji(":cup:", "https://evil.test/cup.png"), emoji(":else:", "https://victim.test/else.png"),
                emoji(":tea:", "javascript:alert(1)"),
            ],
        ])
        #expect(post.post.emojis == ["cup", "mug"])
        #expect(post.emojis.first?.url.string == "https://victim.test/cup.png")
    }
}

extension String {
    /// How often a text occurs.
    fileprivate func components(of text: String) -> Int {
        split(separator: text, omittingEmptySubsequences: false).count - 1
    }
}
