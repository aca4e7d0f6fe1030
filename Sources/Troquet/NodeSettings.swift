// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import IPAddresses
internal import Logging
internal import Mail
internal import MediaStore
internal import Model
internal import Transport
internal import Vocabulary

/// The parsed and checked settings. An invalid setting is reported in one sentence before anything starts.
struct NodeSettings: Sendable {
    let community: Community
    let listen: ListenAddress
    let database: DatabaseURL
    /// Connections to PostgreSQL, or reading threads of SQLite; nil for the engine's default.
    let databasePool: Int?
    let insecureNetworks: [CIDRBlock]
    let caFile: String?
    let mail: MailOutlet
    let mediaFolder: String
    let mediaSandbox: MediaSandbox
    let mailbox: Mailbox
    let hasRateLimits: Bool
    let trustedProxies: [CIDRBlock]
    let metricsListen: ListenAddress?
    let deliveryConcurrency: Int
    let logLevel: Logger.Level

    init(_ values: Configuration) throws(ConfigurationError) {
        community = try Self.community(values)
        listen = try Self.address(values["listen"], "listen")
        do {
            database = try DatabaseURL(values["database"])
        } catch {
            throw ConfigurationError("database: \(error)")
        }
        databasePool = try Self.pool(values["database_pool"])
        insecureNetworks = try Self.blocks(values, "federation_insecure_networks")
        caFile = values["tls_ca_file"].isEmpty ? nil : values["tls_ca_file"]
        if let caFile, TextFile.read(caFile)?.contains("-----BEGIN CERTIFICATE-----") != true {
            throw ConfigurationError("tls_ca_file: \(caFile) is no PEM file with a certificate that can be read.")
        }
        guard !values["media"].isEmpty, !values["media"].contains("://") else {
            throw ConfigurationError("media: this version keeps media in a folder only: a path, not an address.")
        }
        mediaFolder = values["media"]
        mediaSandbox = try Self.choice(
            values, "media_sandbox", Dictionary(uniqueKeysWithValues: MediaSandbox.allCases.map { ($0.rawValue, $0) }))
        mailbox = try Self.mailbox(values["mail_from"], community)
        mail = try MailOutlet(values, from: mailbox, caFile: caFile)
        hasRateLimits = try Self.choice(values, "rate_limits", ["on": true, "off": false])
        trustedProxies = try Self.blocks(values, "trusted_proxies")
        metricsListen =
            values["metrics_listen"].isEmpty ? nil : try Self.address(values["metrics_listen"], "metrics_listen")
        guard let concurrency = Int(values["delivery_concurrency"]), (1...1000).contains(concurrency) else {
            throw ConfigurationError("delivery_concurrency: a number from 1 to 1000.")
        }
        deliveryConcurrency = concurrency
        guard let level = Logger.Level(rawValue: values["log_level"]) else {
            throw ConfigurationError("log_level: trace, debug, info, notice, warning or error.")
        }
        logLevel = level
    }

    /// The file of a SQLite database; nil for PostgreSQL.
    var databaseFile: String? {
        database.engine == .sqlite ? String(database.description.dropFirst("sqlite:".count)) : nil
    }

    /// The folder of a SQLite database, which must exist; nil for PostgreSQL.
    var databaseFolder: String? {
        guard let file = databaseFile, let slash = file.lastIndex(of: "/"), slash > file.startIndex else { return nil }
        return String(file[..<slash])
    }

    /// Creates the folder of a SQLite database. The folder above it must exist, because a path that leads nowhere is a
    /// slip of the pen and no wish for a new community.
    func makeDatabaseFolder() throws(ConfigurationError) {
        guard let folder = databaseFolder, !TextFile.exists(folder) else { return }
        do {
            try TextFile.makeFolder(folder, withParents: false)
        } catch {
            throw ConfigurationError(
                "database: the folder \(folder) does not exist and cannot be made. Does the path lead to the right place, "
                    + "and may this user write there?")
        }
    }

    private static func pool(_ text: String) throws(ConfigurationError) -> Int? {
        if text.isEmpty { return nil }
        guard let number = Int(text), (1...200).contains(number) else {
            throw ConfigurationError("database_pool: a number from 1 to 200, or empty.")
        }
        return number
    }

    private static func community(_ values: Configuration) throws(ConfigurationError) -> Community {
        guard let origin = IRI(values["origin"]), origin.pathAndQuery == "/" || origin.pathAndQuery.isEmpty else {
            throw ConfigurationError("origin: an address without a path, like https://cafe.example.")
        }
        guard let bare = IRI(origin.origin) else {
            throw ConfigurationError("origin: “\(values["origin"])” is no address.")
        }
        let language = try choice(values, "language", ["fr": "fr", "en": "en"])
        let registration = try choice(
            values, "registration", Dictionary(uniqueKeysWithValues: Registration.allCases.map { ($0.rawValue, $0) }))
        guard ZonedTime.rules(values["time_zone"]) != nil else {
            throw ConfigurationError("time_zone: there is no zone “\(values["time_zone"])” on this machine.")
        }
        let mode = try choice(
            values, "federation_mode",
            Dictionary(uniqueKeysWithValues: FederationMode.allCases.map { ($0.rawValue, $0) }))
        let name = values["name"]
        guard (1...100).contains(name.count), name.contains(where: { !$0.isWhitespace }) else {
            throw ConfigurationError("name: what the community is called, 1 to 100 characters.")
        }
        var community = Community(
            origin: bare, name: name, tagline: values["tagline"], language: language,
            registration: registration, mode: mode, timeZone: values["time_zone"])
        let welcome = values["welcome_group"]
        guard welcome.isEmpty || LocalName.isAllowed(welcome) else {
            throw ConfigurationError("welcome_group: the name of a group of this node, like cafe, or empty.")
        }
        community.welcomeGroup = welcome.isEmpty ? nil : welcome
        community.mailReachesPeople = ["smtp://", "smtps://"].contains { values["smtp"].hasPrefix($0) }
        return community
    }

    private static func choice<Value>(
        _ values: Configuration, _ name: String, _ choices: [String: Value]
    ) throws(ConfigurationError) -> Value {
        guard let value = choices[values[name]] else {
            throw ConfigurationError("\(name): one of \(choices.keys.sorted().joined(separator: ", ")).")
        }
        return value
    }

    private static func mailbox(_ text: String, _ community: Community) throws(ConfigurationError) -> Mailbox {
        // A host that is an IP address cannot be part of the sender's address. Such nodes are test installations.
        let guesses = ["troquet@\(community.origin.host)", "troquet@localhost"]
        guard let address = (text.isEmpty ? guesses : [text]).lazy.compactMap({ MailAddress($0) }).first else {
            throw ConfigurationError("mail_from: an address like cafe@example.org.")
        }
        return Mailbox(name: community.name, address: address)
    }

    private static func blocks(_ values: Configuration, _ name: String) throws(ConfigurationError) -> [CIDRBlock] {
        try list(values[name]).map { text throws(ConfigurationError) in
            guard let block = CIDRBlock(text) else {
                throw ConfigurationError("\(name): “\(text)” is no block like 127.0.0.0/8.")
            }
            return block
        }
    }

    private static func list(_ text: String) -> [String] {
        text.split(separator: ",").map { String($0.filter { $0 != " " }) }.filter { !$0.isEmpty }
    }

    private static func address(_ text: String, _ name: String) throws(ConfigurationError) -> ListenAddress {
        guard let address = ListenAddress(text) else {
            throw ConfigurationError("\(name): an address and a port, like 127.0.0.1:8080.")
        }
        return address
    }
}

/// The address and port to listen on.
struct ListenAddress: Sendable, Hashable {
    let host: String
    let port: Int

    /// Parses `127.0.0.1:8080` and `[::1]:8080`.
    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65_535).contains(port)
        else { return nil }
        let host = text[..<colon].filter { $0 != "[" && $0 != "]" }
        guard !host.isEmpty else { return nil }
        self.host = host
        self.port = port
    }
}
