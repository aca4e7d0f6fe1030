// SPDX-License-Identifier: Apache-2.0

import CurlClient
import Foundation
import HTTPSignatures
import Mail
import Model
import Testing

@testable import Troquet

@Suite("Settings of mail")
struct MailSettingsTests {
    private func configuration(_ flags: [String] = [], environment: [String: String] = [:]) throws -> Configuration {
        try Configuration(path: nil, flags: flags, environment: environment)
    }

    @Test("a secret can stand in a file of its own, but not in two places")
    func secretFile() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "troquet-\(UUID().uuidString)").path
        try TextFile.write("smtps://cafe:p%40ss@mail.example\n", to: path)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let values = try configuration(environment: ["TROQUET_SMTP_FILE": path])
        #expect(values["smtp"] == "smtps://cafe:p%40ss@mail.example")
        #expect(values.origin(of: "smtp") == .environment)
        #expect(try NodeSettings(values).mail.server?.login?.password == "p@ss")
        #expect(try configuration(["smtp_file=\(path)"])["smtp"] == "smtps://cafe:p%40ss@mail.example")
        for environment in [
            ["TROQUET_SMTP_FILE": path, "TROQUET_SMTP": "smtp://mail.example"], ["TROQUET_SMTP_FILE": "/none"],
            ["TROQUET_SMPT_FILE": path],
        ] {
            let error = #expect(throws: ConfigurationError.self) { try configuration(environment: environment) }
            #expect(error?.description.contains("p%40ss") == false)
        }
    }

    @Test("mail goes to a server with STARTTLS, or stays in a folder; it comes back to an address of its own")
    func mail() throws {
        let folder = try NodeSettings(try configuration()).mail
        #expect(folder.folder == "troquet-data/mail" && folder.server == nil)
        let flags = ["origin=https://cafe.example", "smtp=smtp://cafe:secret@mail.example"]
        let mail = try NodeSettings(try configuration(flags)).mail
        #expect(mail.folder == nil && mail.server?.encryption == .startTLS && mail.server?.port == 587)
        #expect(mail.settings.returnPath?.mailbox.description == "bounces@cafe.example")
        #expect(mail.settings.perHour == 300 && mail.keys.isEmpty)
        let other = try NodeSettings(try configuration(flags + ["mail_return_path=sender", "mail_per_hour="])).mail
        #expect(other.settings.returnPath == nil && other.settings.perHour == nil)
    }

    @Test("keys that sign mail are read at the start, each with its selector")
    func dkim() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "troquet-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try TextFile.write(try PrivateKey.generateEd25519().pem, to: path)
        let origin = "origin=https://cafe.example"
        let mail = try NodeSettings(try configuration([origin, "dkim_key_file=\(path)", "dkim_selector=e1"])).mail
        #expect(mail.keys.map(\.recordName) == ["e1._domainkey.cafe.example"])
        for (flags, name) in [
            (["dkim_key_file=\(path)"], "dkim_selector"),
            (["dkim_key_file=\(path)", "dkim_selector=a b;c"], "dkim_selector"),
            (["dkim_key_file=/none.pem", "dkim_selector=e1"], "dkim_key_file"),
            (["dkim_key_file=/dev/null", "dkim_selector=e1"], "dkim_key_file"),
        ] {
            let values = try configuration([origin] + flags)
            let error = #expect(throws: ConfigurationError.self) { try NodeSettings(values) }
            #expect(error?.description.hasPrefix("\(name):") == true)
        }
    }
}
