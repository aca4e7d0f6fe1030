// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import Troquet

extension Stories {
    /// What commands say about wrong settings and a machine in trouble.
    @Suite("Starting")
    struct StartingTests {
        @Test(
            "another origin than the one under which the community began stops every command with a sentence",
            arguments: TestEngine.available)
        func origin(engine: TestEngine) async throws {
            let node = try await TestNode.make(NodePlan(engine: engine))
            do {
                try await node.open()
                await node.stop()
                let flags = node.settings.map { $0.hasPrefix("origin=") ? "origin=https://typo.example" : $0 }
                let configuration = try Configuration(path: nil, flags: flags, environment: [:])
                for purpose in [NodeDatabase.Purpose.serving, .command, .inspection] {
                    let error = await #expect(throws: ConfigurationError.self) {
                        let opened = try await Node.open(configuration, for: purpose)
                        await opened.close()
                    }
                    #expect(error?.description.hasPrefix("origin: this community began as http://127.0.0.") == true)
                }
                try await node.open()
            } catch {
                await node.remove()
                throw error
            }
            await node.remove()
        }

        @Test("doctor names the room on the disk and a mail folder that is none")
        func diskAndMail() async throws {
            let file = FileManager.default.temporaryDirectory.appending(path: "troquet-\(UUID().uuidString)")
            try Data("no folder".utf8).write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            for (folder, isFine) in [(file.path, false), (file.path + "-folder/new", true)] {
                let node = try await TestNode.make(NodePlan(settings: ["smtp=file:\(folder)"]))
                do {
                    try await node.open()
                    let findings = try await Examination(try await node.current).run()
                    let mail = try #require(findings.first { $0.check == "mail" })
                    #expect(mail.isFine == isFine, "\(mail.text)")
                    let disk = try #require(findings.first { $0.check == "disk" })
                    #expect(disk.text.contains("MiB"), "\(disk.text)")
                } catch {
                    await node.remove()
                    throw error
                }
                await node.remove()
            }
        }

        @Test("a folder that does not exist is not made for a database far from anything")
        func databaseFolder() throws {
            let folder = FileManager.default.temporaryDirectory.appending(path: "troquet-\(UUID().uuidString)").path
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let settings: (String) throws -> NodeSettings = { path in
                try NodeSettings(Configuration(path: nil, flags: ["database=sqlite:\(path)"], environment: [:]))
            }
            #expect(throws: ConfigurationError.self) { try settings("\(folder)/a/b/x.db").makeDatabaseFolder() }
            #expect(!FileManager.default.fileExists(atPath: folder))
            try settings("\(folder)/x.db").makeDatabaseFolder()
            #expect(FileManager.default.fileExists(atPath: folder))
        }
    }
}
