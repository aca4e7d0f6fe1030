// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Model
import Testing
import Vocabulary

@testable import Troquet

@Suite("Settings")
struct ConfigurationTests {
    private func configuration(_ flags: [String] = [], environment: [String: String] = [:]) throws -> Configuration {
        try Configuration(path: nil, flags: flags, environment: environment)
    }

    @Test("the commented example in deploy is the one that the table makes")
    func exampleIsCurrent() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let example = try String(contentsOf: root.appending(path: "deploy/config.example"), encoding: .utf8)
        #expect(example == Configuration.example())
    }

    @Test("a flag goes before the environment, the environment before the default")
    func precedence() throws {
        let environment = ["TROQUET_NAME": "from the environment", "TROQUET_LANGUAGE": "en"]
        let values = try configuration(["name=from a flag"], environment: environment)
        #expect(values["name"] == "from a flag")
        #expect(values.origin(of: "name") == .flag)
        #expect(values["language"] == "en")
        #expect(values.origin(of: "language") == .environment)
        #expect(values["registration"] == "approval")
        #expect(values.origin(of: "registration") == .fallback)
    }

    @Test("a file goes before the default, and an unknown key in it is an error")
    func file() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "troquet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "troquet.yaml").path
        try TextFile.write("name: \"Le Zinc\"\n", to: path)
        #expect(try Configuration(path: path, environment: [:])["name"] == "Le Zinc")
        try TextFile.write("registraton: closed\n", to: path)
        #expect(throws: ConfigurationError.self) { try Configuration(path: path, environment: [:]) }
    }

    @Test("an unknown variable is an error that names it")
    func unknownVariable() {
        let error = #expect(throws: ConfigurationError.self) {
            try configuration(environment: ["TROQUET_ORIGINE": "https://cafe.example"])
        }
        #expect(error?.description == "TROQUET_ORIGINE: there is no setting “origine”.")
    }

    @Test(
        "a value that cannot be used stops the start with one sentence that names the setting",
        arguments: [
            "name=", "name=  ", "welcome_group=No", "welcome_group=Ö", "tls_ca_file=/dev/null", "tls_ca_file=/none.pem",
            "origin=cafe.example", "origin=https://cafe.example/path", "listen=8080", "database=mysql://x",
            "registration=maybe", "federation_mode=half", "federation_insecure_networks=everywhere",
            "smtp=http://mail.example", "smtp=smtp://user@mail.example", "smtp=mail.example:587", "smtp=file:",
            "mail_from=nobody", "mail_return_path=nobody", "mail_return_path=a+b@cafe.example", "mail_per_hour=0",
            "mail_per_hour=many", "dkim_selector=s1", "media=s3://bucket", "media=", "rate_limits=sometimes",
            "delivery_concurrency=0", "log_level=loud", "database_pool=0", "database_pool=many",
            "trusted_proxies=proxy", "trusted_proxies=10.1.2.3/8", "time_zone=Mars/Olympus", "language=de",
            "metrics_listen=nowhere", "media_sandbox=maybe",
        ])
    func unusable(flag: String) throws {
        let values = try configuration([flag])
        let error = #expect(throws: ConfigurationError.self) { try NodeSettings(values) }
        let name = flag.prefix { $0 != "=" }
        #expect(error?.description.hasPrefix("\(name):") == true)
        #expect(error?.description.contains("\n") == false)
    }

    @Test("config show tells where values came from, and takes a file and settings of its own")
    func show() throws {
        let command = try ConfigCommand.Show.parse(["--origin", "--set", "name=Le Zinc", "--config", "a.yaml"])
        #expect(command.origin)
        #expect(command.set == ["name=Le Zinc"])
        #expect(command.config == "a.yaml")
    }

    @Test("the defaults can be used as they are")
    func defaults() throws {
        let settings = try NodeSettings(try configuration())
        #expect(settings.community.origin.origin == "http://localhost:8080")
        #expect(settings.community.registration == .approval)
        #expect(settings.listen == ListenAddress("127.0.0.1:8080"))
    }
}
