// SPDX-License-Identifier: Apache-2.0

import Foundation
import Mail
import Testing

@Suite("A mail directory")
struct MailDirectoryTests {
    @Test("is made, and gets one file for each message, for its owner alone")
    func written() async throws {
        try await inTemporaryDirectory { parent in
            let path = parent + "/data/mail"
            let sent = try message(subject: "Clé", body: "Bonjour")
            try await MailDirectory(path: path).send(sent)
            #expect(try FileManager.default.contentsOfDirectory(atPath: path) == ["7.eml"])
            let bytes = try Data(contentsOf: URL(filePath: path + "/7.eml"))
            #expect(Array(bytes) == sent.rendered())
            #expect(try permissions(path + "/7.eml") == 0o600)
            #expect(try permissions(path) == 0o700)
        }
    }

    @Test("gets the same message twice as one file")
    func repeated() async throws {
        try await inTemporaryDirectory { parent in
            let directory = MailDirectory(path: parent)
            try await directory.send(try message(body: "first"))
            try await directory.send(try message(body: "second"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: parent) == ["7.eml"])
            let bytes = try Data(contentsOf: URL(filePath: parent + "/7.eml"))
            #expect(Array(bytes) == (try message(body: "second")).rendered())
        }
    }

    @Test("that cannot be written says so, and the mail may be tried again")
    func unavailable() async throws {
        try await inTemporaryDirectory { parent in
            try Data().write(to: URL(filePath: parent + "/file"))
            let sent = try message()
            await #expect(throws: MailError.unavailable("mkdir: Not a directory")) {
                try await MailDirectory(path: parent + "/file/data/mail").send(sent)
            }
        }
    }

    @Test("does not write through a link that somebody laid")
    func links() async throws {
        try await inTemporaryDirectory { parent in
            let victim = parent + "/victim"
            let path = parent + "/mail"
            try Data("kept".utf8).write(to: URL(filePath: victim))
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            try FileManager.default.createSymbolicLink(atPath: path + "/7.eml", withDestinationPath: victim)
            let sent = try message()
            try await MailDirectory(path: path).send(sent)
            #expect(try Data(contentsOf: URL(filePath: victim)) == Data("kept".utf8))
            #expect(try Data(contentsOf: URL(filePath: path + "/7.eml")) == Data(sent.rendered()))
        }
    }

    private func permissions(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    private func inTemporaryDirectory(_ body: (String) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "troquet-mail-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await body(path)
    }
}
