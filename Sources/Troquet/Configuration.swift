// SPDX-License-Identifier: Apache-2.0

internal import Yams

#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

/// One setting. It has one name in the file, in the environment (`TROQUET_` and the name in capitals) and after
/// `--set`.
struct Setting: Sendable {
    let name: String
    let fallback: String
    let meaning: String

    init(_ name: String, _ fallback: String, _ meaning: String) {
        self.name = name
        self.fallback = fallback
        self.meaning = meaning
    }

    /// The name of the environment variable.
    var variable: String { "TROQUET_\(name.uppercased())" }

    /// All settings. A new one is one line here; `deploy/config.example` is generated from this table.
    static let all: [Setting] = [
        Setting(
            "origin", "http://localhost:8080",
            "Public origin. Ids are built from it and never change: decide before the first start."),
        Setting("listen", "127.0.0.1:8080", "Address and port to listen on."),
        Setting("database", "sqlite:troquet-data/troquet.db", "sqlite:PATH or postgres://user:password@host/name."),
        Setting(
            "database_pool", "",
            "Connections of a process to PostgreSQL (and two more), or reading threads of SQLite; empty for 8 and 3."),
        Setting("name", "Le Café", "What the community is called."),
        Setting("tagline", "On se retrouve entre deux cafés.", "One sentence about it."),
        Setting("language", "fr", "fr or en: for readers whose browser asks for neither."),
        Setting("time_zone", "Europe/Paris", "IANA name of the zone in which the community lives."),
        Setting("registration", "approval", "Who joins without an invitation: open, approval, invitation, closed."),
        Setting("welcome_group", "cafe", "The group of this node that new members belong to at once; empty for none."),
        Setting("federation_mode", "open", "Unknown hosts: open, quarantine (held for a moderator), allowlist, off."),
        Setting(
            "federation_insecure_networks", "",
            "For tests only: CIDR blocks, comma-separated, to which plain http and private addresses are allowed."),
        Setting("tls_ca_file", "", "Extra certificate authority (PEM) for outgoing https."),
        Setting(
            "smtp", "file:troquet-data/mail",
            "Where mail goes: smtp://user:password@host:587, smtps://…:465, or file:DIR (one .eml file each)."),
        Setting("media", "troquet-data/media", "Folder for the pictures, films and sounds that people hand in."),
        Setting(
            "media_sandbox", "auto",
            "Sandbox for the programs that decode uploads: auto (where the system allows one), require, off."),
        Setting("mail_from", "", "Sender of mail; empty for troquet@ and the host of the origin."),
        Setting(
            "mail_return_path", "",
            "Where mail that cannot be delivered comes back, as NAME+SECRET@…; empty for bounces@, or sender."),
        Setting("mail_per_hour", "300", "Mail sent within an hour at most; empty for no limit."),
        Setting("dkim_key_file", "", "Private key (PEM) that signs mail; several comma-separated; empty for none."),
        Setting("dkim_selector", "", "Name of each DKIM key in the DNS, comma-separated."),
        Setting("dkim_domain", "", "Domain that signs mail; empty for that of mail_from."),
        Setting("rate_limits", "on", "on, or off for tests."),
        Setting(
            "trusted_proxies", "127.0.0.0/8,::1/128",
            "Proxies whose X-Forwarded-For is believed: CIDR blocks, comma-separated."),
        Setting("metrics_listen", "", "Address and port of /metrics; empty for none."),
        Setting("delivery_concurrency", "64", "Deliveries under way at once, 1 to 1000."),
        Setting("log_level", "info", "trace, debug, info, notice, warning or error."),
    ]
}

/// Where a value comes from.
enum SettingOrigin: String, Sendable {
    case fallback = "default"
    case file
    case environment
    case flag
}

/// A setting that cannot be used; the description is one sentence.
struct ConfigurationError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// The effective settings: the defaults, overridden by the file, then by the environment, then by flags.
struct Configuration: Sendable {
    private var values: [String: (value: String, origin: SettingOrigin)] = [:]

    /// - Parameters:
    ///   - path: the file; nil reads `troquet.yaml` in the working folder if it exists.
    ///   - flags: `name=value` from the command line.
    init(
        path: String?, flags: [String] = [], environment: [String: String] = ProcessEnvironment.variables
    ) throws(ConfigurationError) {
        for setting in Setting.all { values[setting.name] = (setting.fallback, .fallback) }
        for (name, value) in try Self.file(path) { try set(name, value, .file, place: path ?? "troquet.yaml") }
        for (variable, value) in environment.sorted(by: { $0.key < $1.key }) where variable.hasPrefix("TROQUET_") {
            let name = variable.dropFirst(8).lowercased()
            if name.hasPrefix("test_") || name == "binary" { continue }
            try set(name, value, .environment, place: variable)
        }
        for flag in flags {
            guard let equals = flag.firstIndex(of: "=") else {
                throw ConfigurationError("--set takes name=value, not “\(flag)”.")
            }
            try set(String(flag[..<equals]), String(flag[flag.index(after: equals)...]), .flag, place: "--set")
        }
    }

    /// The value of a setting.
    subscript(name: String) -> String { values[name]?.value ?? "" }

    /// Where the value of a setting comes from.
    func origin(of name: String) -> SettingOrigin { values[name]?.origin ?? .fallback }

    /// Logs only warnings during one command, unless the operator has set another level.
    mutating func quieten() {
        if origin(of: "log_level") == .fallback { values["log_level"] = ("warning", .fallback) }
    }

    /// A setting that ends in `_file`, such as `smtp_file`, names a file that contains the value of the other one.
    private mutating func set(
        _ name: String, _ value: String, _ origin: SettingOrigin, place: String
    ) throws(ConfigurationError) {
        if values[name] == nil, name.hasSuffix("_file"), let known = values[String(name.dropLast(5))] {
            let name = String(name.dropLast(5))
            guard known.origin != origin else {
                throw ConfigurationError("\(place): “\(name)” is set as well; leave one of the two.")
            }
            guard let content = TextFile.read(value) else {
                throw ConfigurationError("\(place): \(value) cannot be read.")
            }
            let isLineEnd = { (character: Character) in character.isNewline }
            let line = content.split(whereSeparator: isLineEnd).first.map(String.init) ?? ""
            values[name] = (line, origin)
            return
        }
        guard values[name] != nil else {
            throw ConfigurationError("\(place): there is no setting “\(name)”.")
        }
        values[name] = (value, origin)
    }

    private static func file(_ path: String?) throws(ConfigurationError) -> [(String, String)] {
        let text: String
        if let path {
            guard let content = TextFile.read(path) else { throw ConfigurationError("\(path) cannot be read.") }
            text = content
        } else {
            guard let content = TextFile.read("troquet.yaml") else { return [] }
            text = content
        }
        let node: Yams.Node?
        do {
            node = try Yams.compose(yaml: text)
        } catch {
            throw ConfigurationError("\(path ?? "troquet.yaml") is not YAML: \(error)")
        }
        guard let node else { return [] }
        guard let mapping = node.mapping else {
            throw ConfigurationError("\(path ?? "troquet.yaml") has to be a list of “name: value”.")
        }
        var pairs: [(String, String)] = []
        for (key, value) in mapping {
            guard let name = key.scalar?.string, let text = value.scalar?.string else {
                throw ConfigurationError("\(path ?? "troquet.yaml") has to be a list of “name: value”.")
            }
            pairs.append((name, text == "~" || text == "null" ? "" : text))
        }
        return pairs
    }

    /// The commented settings file, which `troquet init` writes and `deploy/config.example` shows.
    static func example(_ values: [String: String] = [:]) -> String {
        var text = """
            # Settings of a Troquet node. What stands after # is the default.
            # The environment overrides this file: TROQUET_ and the name in capitals. `troquet config show --origin`
            # tells where each value came from.
            # A secret may stand in a file of its own: TROQUET_SMTP_FILE=PATH, or smtp_file: "PATH", reads TROQUET_SMTP.

            """
        for setting in Setting.all {
            text += "\n# \(setting.meaning)\n"
            if let value = values[setting.name] {
                text += "\(setting.name): \(quoted(value))\n"
            } else {
                text += "# \(setting.name): \(quoted(setting.fallback))\n"
            }
        }
        return text
    }

    private static func quoted(_ value: String) -> String {
        "\"" + value.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "\""
    }
}

/// The environment variables of this process.
enum ProcessEnvironment {
    static var variables: [String: String] {
        var found: [String: String] = [:]
        var entry = environ
        while let line = entry.pointee {
            let text = String(cString: line)
            if let equals = text.firstIndex(of: "=") {
                found[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            entry += 1
        }
        return found
    }
}
