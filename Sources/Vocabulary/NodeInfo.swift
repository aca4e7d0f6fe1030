// SPDX-License-Identifier: Apache-2.0

/// The description of a server.
///
/// Spec: NodeInfo 2.0 and 2.1; FEP-0151; FEP-2677.
public struct NodeInfo: Sendable, Hashable {
    /// The name of the software: lower-case letters, digits and hyphens.
    public var software: String
    /// The version of the software.
    public var version: String
    /// The address of the source code; only in schema 2.1.
    public var repository: IRI?
    /// The address of the project's home page; only in schema 2.1.
    public var homepage: IRI?
    /// Whether registration is open to everybody.
    public var openRegistrations: Bool
    /// The numbers of people and posts.
    public var usage: Usage
    /// Further data, for example `nodeName` and `nodeDescription`.
    public var metadata: JSON.Object

    /// The numbers of people and posts; they may be rounded.
    public struct Usage: Sendable, Hashable {
        /// The number of all accounts.
        public var users: Int64
        /// The number of people who were active in the last 30 days.
        public var activeMonth: Int64
        /// The number of people who were active in the last 180 days.
        public var activeHalfyear: Int64
        /// The number of posts that were written on this server.
        public var localPosts: Int64

        /// Makes usage numbers.
        public init(users: Int64, activeMonth: Int64, activeHalfyear: Int64, localPosts: Int64) {
            self.users = users
            self.activeMonth = activeMonth
            self.activeHalfyear = activeHalfyear
            self.localPosts = localPosts
        }
    }

    /// The version of the NodeInfo schema.
    public enum Version: String, Sendable, CaseIterable {
        /// Version 2.0, without repository and homepage.
        case v20 = "2.0"
        /// Version 2.1, with repository and homepage.
        case v21 = "2.1"
    }

    /// Describes a server that supports ActivityPub.
    public init(software: String, version: String, openRegistrations: Bool, usage: Usage) {
        self.software = software
        self.version = version
        self.openRegistrations = openRegistrations
        self.usage = usage
        metadata = [:]
    }

    /// The NodeInfo document in the given schema version.
    public func document(_ schema: Version) -> JSON {
        [
            "version": JSON(schema.rawValue),
            "software": .object(droppingNil: [
                ("name", JSON(software)),
                ("version", JSON(version)),
                ("repository", schema == .v21 ? repository.map { JSON($0) } : nil),
                ("homepage", schema == .v21 ? homepage.map { JSON($0) } : nil),
            ]),
            "protocols": ["activitypub"],
            "services": ["inbound": [], "outbound": []],
            "openRegistrations": JSON(openRegistrations),
            "usage": [
                "users": [
                    "total": JSON(usage.users), "activeMonth": JSON(usage.activeMonth),
                    "activeHalfyear": JSON(usage.activeHalfyear),
                ],
                "localPosts": JSON(usage.localPosts),
            ],
            "metadata": .object(metadata),
        ]
    }

    /// The media type of the NodeInfo document.
    public static func mediaType(_ schema: Version) -> String {
        "application/json; profile=\"\(profile(schema))#\""
    }

    /// The document at `/.well-known/nodeinfo`. Schema 2.0 comes first, because Gancio uses the first link.
    public static func discovery(origin: IRI, application: IRI?) -> JSON {
        let schemas = Version.allCases.map { schema -> JSON in
            ["rel": JSON(profile(schema)), "href": JSON(origin.appending(path: "nodeinfo/\(schema.rawValue)"))]
        }
        let actor = application.map { id -> JSON in
            ["rel": "https://www.w3.org/ns/activitystreams#Application", "href": JSON(id)]
        }
        return ["links": .array(schemas + (actor.map { [$0] } ?? []))]
    }

    /// The address of the NodeInfo document in another server's discovery document. The newest schema is preferred.
    public static func link(in discovery: JSON) -> IRI? {
        let links = discovery["links"]?.array ?? []
        for schema in Version.allCases.reversed() {
            let link = links.first { $0["rel"]?.string == profile(schema) }
            if let href = link?["href"]?.string.flatMap(IRI.init) { return href }
        }
        return nil
    }

    /// The name and version of another server's software, at most 100 characters each.
    public static func software(in document: JSON) -> (name: String, version: String)? {
        guard let name = document["software"]?["name"]?.string, name.isEmpty == false else { return nil }
        let version = document["software"]?["version"]?.string ?? ""
        return (String(name.prefix(100)), String(version.prefix(100)))
    }

    private static func profile(_ schema: Version) -> String {
        "http://nodeinfo.diaspora.software/ns/schema/\(schema.rawValue)"
    }
}
