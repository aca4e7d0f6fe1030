// SPDX-License-Identifier: Apache-2.0

/// What a server tells about itself.
///
/// Spec: NodeInfo 2.0 and 2.1; FEP-0151; FEP-2677.
public struct NodeInfo: Sendable, Hashable {
    /// The name of the program: small letters, digits, hyphens.
    public var software: String
    /// The version of the program.
    public var version: String
    /// Where its source is; only in 2.1.
    public var repository: IRI?
    /// Where it is described; only in 2.1.
    public var homepage: IRI?
    /// Whether anybody may register.
    public var openRegistrations: Bool
    /// How many people and posts.
    public var usage: Usage
    /// More, for example `nodeName` and `nodeDescription`.
    public var metadata: JSON.Object

    /// How many people and posts; may be rounded.
    public struct Usage: Sendable, Hashable {
        /// All people.
        public var users: Int64
        /// Those seen in thirty days.
        public var activeMonth: Int64
        /// Those seen in 180 days.
        public var activeHalfyear: Int64
        /// Posts written here.
        public var localPosts: Int64

        /// Counts.
        public init(users: Int64, activeMonth: Int64, activeHalfyear: Int64, localPosts: Int64) {
            self.users = users
            self.activeMonth = activeMonth
            self.activeHalfyear = activeHalfyear
            self.localPosts = localPosts
        }
    }

    /// Which schema.
    public enum Version: String, Sendable, CaseIterable {
        /// Without repository and homepage.
        case v20 = "2.0"
        /// With them.
        case v21 = "2.1"
    }

    /// A server that speaks ActivityPub.
    public init(software: String, version: String, openRegistrations: Bool, usage: Usage) {
        self.software = software
        self.version = version
        self.openRegistrations = openRegistrations
        self.usage = usage
        metadata = [:]
    }

    /// The document in one of its two schemas.
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

    /// The media type of a document.
    public static func mediaType(_ schema: Version) -> String {
        "application/json; profile=\"\(profile(schema))#\""
    }

    /// The document at `/.well-known/nodeinfo`. 2.0 comes first, because Gancio takes the first link.
    public static func discovery(origin: IRI, application: IRI?) -> JSON {
        let schemas = Version.allCases.map { schema -> JSON in
            ["rel": JSON(profile(schema)), "href": JSON(origin.appending(path: "nodeinfo/\(schema.rawValue)"))]
        }
        let actor = application.map { id -> JSON in
            ["rel": "https://www.w3.org/ns/activitystreams#Application", "href": JSON(id)]
        }
        return ["links": .array(schemas + (actor.map { [$0] } ?? []))]
    }

    /// The document to fetch, from another server's discovery document.
    public static func link(in discovery: JSON) -> IRI? {
        let links = discovery["links"]?.array ?? []
        for schema in Version.allCases.reversed() {
            let link = links.first { $0["rel"]?.string == profile(schema) }
            if let href = link?["href"]?.string.flatMap(IRI.init) { return href }
        }
        return nil
    }

    /// Name and version of another server's program, at most 100 characters each.
    public static func software(in document: JSON) -> (name: String, version: String)? {
        guard let name = document["software"]?["name"]?.string, name.isEmpty == false else { return nil }
        let version = document["software"]?["version"]?.string ?? ""
        return (String(name.prefix(100)), String(version.prefix(100)))
    }

    private static func profile(_ schema: Version) -> String {
        "http://nodeinfo.diaspora.software/ns/schema/\(schema.rawValue)"
    }
}
