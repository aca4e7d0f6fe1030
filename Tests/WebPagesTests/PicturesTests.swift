// SPDX-License-Identifier: Apache-2.0

import Foundation
import MediaStore
import Model
import TestSupport
import Testing

@testable import WebPages

@Suite("Pictures on pages", .serialized)
struct PicturesTests {
    @Test("are handed in with a post, shown in it with their words, and lead to the whole")
    func post() async throws {
        try await PictureFixture.open { browser, _ async throws in
            let page = Markup(try await browser.get("/write").text)
            #expect(page.values(of: "enctype").contains("multipart/form-data"))
            let sent = try await browser.post(
                "/posts", ["text": "", "picture1_text": "", "picture2_text": "Un <dégradé>"],
                files: ["picture2": TestPicture.png(width: 30, height: 20)], from: "/write")
            #expect(sent.status == 303)
            let shown = try await browser.get(sent.header("location") ?? "")
            let image = try #require(Markup(shown.text).all("img").first)
            #expect(Markup.value("alt", in: image) == "Un &lt;dégradé&gt;")
            #expect(Markup.value("loading", in: image) == "lazy")
            #expect(Markup.value("width", in: image) == "30")
            #expect(Markup.value("src", in: image)?.hasPrefix("/media/") == true)
            #expect(Markup(shown.text).values(of: "href").contains { $0.hasPrefix("/media/") })
        }
    }

    @Test("that are none are refused beside their field, and nothing is published")
    func refused() async throws {
        try await PictureFixture.open { browser, folder async throws in
            let sent = try await browser.post(
                "/posts", ["text": "Voilà ce que je garde"], files: ["picture1": Array("<svg/>".utf8)], from: "/write")
            #expect(sent.status == 422)
            #expect(sent.text.contains("id=\"field-picture1-error\""))
            #expect(sent.text.contains("Voilà ce que je garde"))
            #expect(!(try await browser.get("/discussions").text.contains("Voilà ce que je garde")))
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/spool").isEmpty)
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/incoming").isEmpty)
        }
    }

    @Test("of oneself are cut, shown as an avatar, and taken away again")
    func portrait() async throws {
        try await PictureFixture.open { browser, _ async throws in
            let sent = try await browser.post(
                "/settings/pictures", [:], files: ["avatar": TestPicture.png(width: 60, height: 40)], from: "/settings")
            #expect(sent.status == 303)
            let profile = try await browser.get("/users/ada")
            let avatar = Markup(profile.text).all("img").first ?? ""
            #expect(Markup.value("src", in: avatar)?.hasPrefix("/media/") == true)
            let broken = try await browser.post(
                "/settings/pictures", [:], files: ["header": [1, 2, 3]], from: "/settings")
            #expect(broken.status == 422)
            #expect(broken.text.contains("id=\"field-header-error\""))
            let removed = try await browser.post(
                "/settings/pictures/remove", ["picture": "avatar"], from: "/settings")
            #expect(removed.status == 303)
            #expect(Markup(try await browser.get("/users/ada").text).all("img").isEmpty)
        }
    }

    @Test("of a form that another site sent are not taken")
    func foreign() async throws {
        try await PictureFixture.open { browser, folder async throws in
            let sent = try await browser.post(
                "/posts", ["text": "Pas de moi", "form_token": "0"], files: ["picture1": TestPicture.png()],
                from: "/write")
            #expect(sent.status == 403)
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/files").isEmpty)
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/spool").isEmpty)
        }
    }
}

/// A node with a media store, on which Ada is signed in.
private enum PictureFixture {
    static func open(_ body: @escaping @Sendable (Browser, String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "gallery-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let cafe = try await Cafe.open(store: try MediaStore(path: folder))
        _ = try await cafe.member("ada", "Ada", .steward, "")
        try await cafe.serve { browser in
            try await browser.signIn("ada")
            try await body(browser, folder)
        }
    }
}
