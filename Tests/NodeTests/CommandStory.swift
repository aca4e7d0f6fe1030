// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model
import TestSupport
import Testing
import Vocabulary

@testable import Troquet

extension Stories {
    /// What the program itself says on a terminal. Without the program these tests do nothing.
    @Suite("Commands")
    struct CommandStory {
        /// A new folder in which commands run, without settings of the environment.
        private struct Shell {
            let folder = FileManager.default.temporaryDirectory.appending(path: "troquet-\(UUID().uuidString)")
            var settings: String { folder.appending(path: "etc/troquet.yaml").path }

            init() throws {
                let etc = folder.appending(path: "etc")
                try FileManager.default.createDirectory(at: etc, withIntermediateDirectories: true)
            }

            func remove() { try? FileManager.default.removeItem(at: folder) }

            /// Runs a command to its end.
            func run(_ arguments: [String]) throws -> (status: Int32, output: String, complaint: String) {
                let process = Process()
                let (output, complaint) = (folder.appending(path: "out"), folder.appending(path: "err"))
                for file in [output, complaint] { try Data().write(to: file) }
                process.executableURL = URL(filePath: ChildNode.binary ?? "")
                process.arguments = arguments + ["--config", settings]
                process.currentDirectoryURL = folder
                process.environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("TROQUET_") }
                process.standardOutput = try FileHandle(forWritingTo: output)
                process.standardError = try FileHandle(forWritingTo: complaint)
                try process.run()
                process.waitUntilExit()
                return (
                    process.terminationStatus, try String(contentsOf: output, encoding: .utf8),
                    try String(contentsOf: complaint, encoding: .utf8)
                )
            }

            func initialise() throws -> (status: Int32, output: String, complaint: String) {
                try run([
                    "init", "--json", "--set", "origin=http://127.0.0.1:4", "--set", "registration=open",
                    "--set", "language=en", "--set", "database=sqlite:\(folder.path)/x.db",
                    "--set", "media=\(folder.path)/media",
                ])
            }
        }

        @Test("init writes its settings where it is told, and keeps all that it was told")
        func initialise() throws {
            guard ChildNode.binary != nil else { return }
            let shell = try Shell()
            defer { shell.remove() }
            let first = try shell.initialise()
            #expect(first.status == 0, "\(first.complaint)")
            let steward = try JSON.parse(Array(first.output.utf8))
            #expect(steward["name"]?.string == "patronne")
            #expect(steward["sign_in"]?.string?.hasPrefix("http://127.0.0.1:4/") == true)
            let shown = try shell.run(["config", "show"]).output
            for line in ["registration: open", "language: en", "origin: http://127.0.0.1:4"] {
                #expect(shown.split(separator: "\n").contains { $0.hasPrefix(line) }, "\(shown)")
            }
        }

        @Test("what is wrong is refused in one line and changes nothing")
        func refusals() throws {
            guard ChildNode.binary != nil else { return }
            let shell = try Shell()
            defer { shell.remove() }
            try #require(try shell.initialise().status == 0)
            let wrong: [[String]] = [
                ["account", "create", "ada", "--password", "court"], ["group", "show", "nobody"],
                ["event", "show", "http://127.0.0.1:4/events/1"],
                ["group", "create", "secret", "--title", "Secret", "--private"],
            ]
            for arguments in wrong {
                let ended = try shell.run(arguments)
                #expect(ended.status != 0 && ended.output.isEmpty, "\(arguments)")
                #expect(ended.complaint.split(separator: "\n").count == 1, "\(arguments): \(ended.complaint)")
            }
            #expect(try shell.run(["account", "list", "--json"]).output.split(separator: "\n").count == 1)
        }

        @Test("serve ends with one sentence when it cannot listen or read its database")
        func serving() async throws {
            guard ChildNode.binary != nil else { return }
            let shell = try Shell()
            defer { shell.remove() }
            try #require(try shell.initialise().status == 0)
            let damaged = shell.folder.appending(path: "bad.db").path
            try Data((0..<200).map { UInt8($0) }).write(to: URL(filePath: damaged))
            let wrong = [
                ("listen=nohost.invalid:8055", "troquet: listen: there is no address “nohost.invalid”"),
                ("database=sqlite:\(damaged)", "troquet: The database is damaged"),
            ]
            for (setting, sentence) in wrong {
                let ended = try shell.run(["serve", "--set", setting])
                #expect(ended.status == 1)
                // What is before it are lines of the log.
                #expect(ended.complaint.split(separator: "\n").last?.hasPrefix(sentence) == true, "\(ended.complaint)")
            }
        }

        @Test("events and groups are listed, shown and changed")
        func eventsAndGroups() throws {
            guard ChildNode.binary != nil else { return }
            let shell = try Shell()
            defer { shell.remove() }
            try #require(try shell.initialise().status == 0)
            func run(_ arguments: String...) throws -> String {
                let ended = try shell.run(arguments)
                #expect(ended.status == 0, "\(arguments): \(ended.complaint)")
                return ended.output
            }
            _ = try run("group", "create", "jardin", "--title", "Garden")
            _ = try run("group", "change", "jardin", "--title", "Kitchen garden")
            #expect(try run("group", "show", "jardin").contains("Kitchen garden"))
            #expect(try run("group", "list").contains("@jardin"))
            let start = SystemClock().now + .days(30)
            let made = try run(
                "event", "create", "--json", "--account", "patronne", "--group", "cafe", "--title", "Walk",
                "--start", "\(start)", "--end", "\(start + .hours(1))")
            let url = try #require(try JSON.parse(Array(made.utf8))["url"]?.string)
            #expect(try run("event", "list").contains("Walk"))
            _ = try run("event", "change", url, "--account", "patronne", "--title", "Long walk")
            #expect(try run("event", "show", url).contains("Long walk"))
            _ = try run("event", "postpone", url, "--account", "patronne")
            _ = try run("event", "cancel", url, "--account", "patronne")
            #expect(try run("event", "show", "--json", url).contains("cancelled"))
        }
    }
}
