// SPDX-License-Identifier: Apache-2.0

/// Handles, and the WebFinger document that maps a handle to an actor.
///
/// Spec: RFC 7033; RFC 7565.
public enum WebFinger {
    /// The media type of the document.
    public static let mediaType = "application/jrd+json"

    /// The subject of a WebFinger query.
    public enum Resource: Sendable, Hashable {
        /// An account `acct:name@host`; the host is normalised and keeps a port that is not 443.
        case account(name: String, host: String)
        /// The identifier or the profile page of an actor.
        case address(IRI)
    }

    /// One link of the document; parts that are `nil` are omitted.
    public struct Link: Sendable, Hashable {
        /// The relation.
        public var rel: String
        /// The media type of the document at `href`.
        public var type: String?
        /// The address.
        public var href: IRI?
        /// A template for the address, with `{…}` to fill in.
        public var template: String?
        /// Further properties of the link.
        public var properties: [(String, String)]

        /// Makes a link.
        public init(
            rel: String, type: String? = nil, href: IRI? = nil, template: String? = nil,
            properties: [(String, String)] = []
        ) {
            self.rel = rel
            self.type = type
            self.href = href
            self.template = template
            self.properties = properties
        }

        /// The link to the actor document, with the actor's type as a property.
        public static func actor(_ id: IRI, kind: ActorKind) -> Link {
            Link(rel: "self", type: ActivityMediaType.activity, href: id, properties: [(typeProperty, kind.rawValue)])
        }

        /// Whether both links have the same JSON.
        public static func == (a: Link, b: Link) -> Bool { a.json == b.json }

        /// Hashes the JSON of the link.
        public func hash(into hasher: inout Hasher) { hasher.combine(json) }

        var json: JSON {
            .object(droppingNil: [
                ("rel", JSON(rel)),
                ("type", type.map(JSON.string)),
                ("href", href.map { JSON($0) }),
                ("template", template.map(JSON.string)),
                (
                    "properties",
                    properties.isEmpty ? nil : .object(JSON.Object(properties.map { ($0.0, .string($0.1)) }))
                ),
            ])
        }
    }

    static let typeProperty = "https://www.w3.org/ns/activitystreams#type"
    static let subscribeRelation = "http://ostatus.org/schema/1.0/subscribe"

    /// The template of the page on which a member of this server opens what they found elsewhere.
    public static func subscribeLink(template: String) -> Link { Link(rel: subscribeRelation, template: template) }

    /// Parses the subject of a query: `acct:name@host`, `name@host`, `@name@host`, `!name@host`, or an address.
    public static func parse(resource: String) -> Resource? {
        if let iri = IRI(resource) { return .address(iri) }
        guard let (name, host) = parse(account: resource) else { return nil }
        return .account(name: name, host: host)
    }

    /// Parses `acct:name@host`, with or without `acct:` and a leading `@` or `!`.
    ///
    /// - Returns: the name as written (letters of any script, digits, and the punctuation of RFC 7565, at most 255
    ///   bytes) and the normalised host, with its port when that is not 443.
    public static func parse(account: String) -> (name: String, host: String)? {
        var text = Substring(account)
        if text.prefix(5).lowercased() == "acct:" { text = text.dropFirst(5) }
        if text.first == "@" || text.first == "!" { text = text.dropFirst() }
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, isName(parts[0]),
            let (host, port) = Host.split(parts[1], defaultPort: 443)
        else { return nil }
        return (String(parts[0]), port == 443 ? host : "\(host):\(port)")
    }

    /// Whether the text may be the name in a handle: 1 to 255 bytes of letters and marks of any script, digits, and the
    /// ASCII punctuation that RFC 7565 allows there.
    public static func isName(_ text: some StringProtocol) -> Bool {
        (1...255).contains(text.utf8.count) && text.unicodeScalars.allSatisfy(isNameScalar)
    }

    /// Whether the character may be in the name of a handle.
    public static func isNameScalar(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII {
            let byte = UInt8(truncatingIfNeeded: scalar.value)
            return (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || namePunctuation.contains(byte)
        }
        if scalar.properties.isAlphabetic { return true }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .decimalNumber: return true
        default: return false
        }
    }

    /// `unreserved` and `sub-delims` of RFC 3986, without letters and digits.
    private static let namePunctuation = Set("-._~!$&'()*+,;=".utf8)
}

// MARK: - The document

extension WebFinger {
    /// The document about `subject`, which is `acct:name@host`.
    public static func document(subject: String, aliases: [IRI], links: [Link]) -> JSON {
        .object(droppingNil: [
            ("subject", JSON(subject)),
            ("aliases", aliases.isEmpty ? nil : JSON(aliases)),
            ("links", .array(links.map(\.json))),
        ])
    }

    /// The handle in the document's `subject`; it may differ from the handle of the query.
    public static func subject(of document: JSON) -> (name: String, host: String)? {
        document["subject"]?.string.flatMap(parse(account:))
    }

    /// The actor that a document links to.
    ///
    /// Lemmy may list a person and a community with the same name. Then the result is the actor of the `preferred`
    /// kind, or the first one.
    public static func selfLink(in document: JSON, preferring preferred: ActorKind? = nil) -> IRI? {
        let found = (document["links"]?.array ?? []).compactMap { link -> (IRI, String?)? in
            guard link["rel"]?.string == "self", let type = link["type"]?.string, ActivityMediaType.matches(type),
                let href = link["href"]?.string.flatMap(IRI.init)
            else { return nil }
            return (href, link["properties"]?[typeProperty]?.string)
        }
        let match = found.first { preferred != nil && $0.1 == preferred?.rawValue }
        return (match ?? found.first)?.0
    }

    /// The URL template with `{uri}` that a visitor's own server offers for remote interaction, for example a remote
    /// follow.
    public static func subscribeTemplate(in document: JSON) -> String? {
        let link = document["links"]?.array?.first { $0["rel"]?.string == subscribeRelation }
        guard let template = link?["template"]?.string, template.contains("{uri}"),
            let host = IRI(template.replacing("{uri}", with: "x")), host.scheme == "https"
        else { return nil }
        return template
    }
}
