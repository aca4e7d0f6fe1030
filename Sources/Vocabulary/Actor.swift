// SPDX-License-Identifier: Apache-2.0

/// What kind of actor a document describes.
public enum ActorKind: String, Sendable, Hashable, CaseIterable {
    /// A human being.
    case person = "Person"
    /// A community.
    case group = "Group"
    /// A server or a program.
    case application = "Application"
    /// A bot.
    case service = "Service"
    /// A body that publishes.
    case organization = "Organization"
}

/// Somebody on another server.
///
/// Only the `id`, a known type and nothing contradictory are required: servers that guard their profiles serve stubs
/// with little more than a key.
public struct ActorDocument: Sendable, Hashable {
    /// The identifier.
    public let id: IRI
    /// What kind of actor.
    public let kind: ActorKind
    /// The name in a handle, without host.
    public let preferredUsername: String?
    /// The whole handle `name@host` when the actor states one.
    ///
    /// Spec: FEP-2c59.
    public let webfinger: String?
    /// The name for people, plain text.
    public let name: String?
    /// The description, untrusted HTML.
    public let summaryHTML: String?
    /// The page for people, as written.
    public let url: IRI?
    /// Where to deliver.
    public let inbox: IRI?
    /// What the actor did.
    public let outbox: IRI?
    /// Who follows.
    public let followers: IRI?
    /// Whom the actor follows.
    public let following: IRI?
    /// Pinned posts.
    public let featured: IRI?
    /// The collection of moderators of a group: `attributedTo`, or the older `moderators`.
    ///
    /// Spec: FEP-1b12.
    public let moderators: IRI?
    /// Agenda of a group.
    ///
    /// Spec: FEP-8a8e.
    public let upcomingEvents: IRI?
    /// Other addresses of the actor's server.
    public let endpoints: Endpoints
    /// The small picture.
    public let icon: IRI?
    /// The banner.
    public let image: IRI?
    /// Embedded keys, at most ten.
    public let publicKeys: [KeyDocument]
    /// Pairs of a profile, at most fifty.
    public let fields: [ProfileField]
    /// Whether a follow waits for approval; on a group: whether it is private.
    public let manuallyApprovesFollowers: Bool
    /// Whether the actor wants to be found; `nil` when it does not say.
    public let discoverable: Bool?
    /// Whether posts may be searched; `nil` when the actor does not say.
    public let indexable: Bool?
    /// Whether only moderators post in the group.
    public let postingRestrictedToMods: Bool
    /// Whether the actor's own server has suspended it.
    public let isSuspended: Bool
    /// Where the actor went.
    public let movedTo: IRI?
    /// What else the actor is called.
    public let alsoKnownAs: [IRI]
    /// Milliseconds since 1970 UTC.
    public let published: Int64?
    /// Milliseconds since 1970 UTC.
    public let updated: Int64?
    /// Everything that was received.
    public let document: Document

    /// Other addresses of the actor's server.
    public struct Endpoints: Sendable, Hashable {
        /// One inbox for all actors of the server.
        public let sharedInbox: IRI?
    }

    /// Where the address of the inbox for many is; the same as `endpoints.sharedInbox`.
    public var sharedInbox: IRI? { endpoints.sharedInbox }

    /// The page for people when it lies on the actor's own origin, and the identifier otherwise.
    public var pageURL: IRI { url.flatMap { $0.isSameOrigin(as: id) ? $0 : nil } ?? id }

    /// Addresses that lie on another origin than the actor: such an actor could divert what is meant for somebody
    /// else. A shared inbox is not among them.
    public var propertiesOnOtherOrigins: [String] {
        document.properties(
            outside: id,
            among: [
                ("inbox", inbox), ("outbox", outbox), ("followers", followers), ("following", following),
                ("featured", featured), ("moderators", kind == .group ? moderators : nil),
            ])
    }

    /// Reads an actor.
    ///
    /// - Throws: when `id` is missing, or `type` is not one of ``ActorKind`` or also something else.
    public init(_ document: Document) throws(VocabularyError) {
        id = try document.requireID()
        let type = try document.requireType(among: Family.actorTypes, .actor)
        kind = ActorKind(rawValue: type) ?? .service
        preferredUsername = document.nonEmptyString("preferredUsername")
        webfinger = document.nonEmptyString("webfinger")
        name = document.nonEmptyString("name")
        summaryHTML = document.nonEmptyString("summary")
        url = document.pageLink("url")
        inbox = document.iri("inbox")
        outbox = document.iri("outbox")
        followers = document.iri("followers")
        following = document.iri("following")
        featured = document.iri("featured")
        moderators = Self.moderators(of: document)
        upcomingEvents = document.iri("upcomingEvents")
        endpoints = Endpoints(sharedInbox: document.document("endpoints")?.iri("sharedInbox"))
        icon = document.imageURL("icon")
        image = document.imageURL("image")
        publicKeys = KeyDocument.all(of: document)
        fields = document.documents("attachment").lazy.compactMap { ProfileField($0) }.prefix(50).map { $0 }
        manuallyApprovesFollowers = document.bool("manuallyApprovesFollowers") ?? false
        discoverable = document.bool("discoverable")
        indexable = document.bool("indexable")
        postingRestrictedToMods = document.bool("postingRestrictedToMods") ?? false
        isSuspended = document.bool("suspended") ?? false
        movedTo = document.iri("movedTo")
        alsoKnownAs = document.iris("alsoKnownAs")
        published = document.instant("published")
        updated = document.instant("updated")
        self.document = document
    }

    /// A collection is one IRI; a list of actors, which PeerTube writes, is not.
    private static func moderators(of document: Document) -> IRI? {
        if let text = document["attributedTo"]?.string, let iri = IRI(text) { return iri }
        return document.iri("moderators")
    }
}

/// A public key as an actor publishes it.
public struct KeyDocument: Sendable, Hashable {
    /// The identifier that signatures name.
    public let id: IRI
    /// Whose key it is.
    public let owner: IRI
    /// What kind of text ``text`` is.
    public let format: Format
    /// The key.
    public let text: String

    /// How a key is written.
    public enum Format: Sendable, Hashable {
        /// `publicKeyPem`: PEM.
        case pem
        /// `publicKeyMultibase` of a Multikey.
        ///
        /// Spec: FEP-521a.
        case multibase
    }

    /// The key as PEM, when it is written so.
    public var pem: String? { format == .pem ? text : nil }

    /// The key as multibase, when it is written so.
    public var multibase: String? { format == .multibase ? text : nil }

    /// Reads a key, also one that is served as a document of its own.
    ///
    /// - Throws: when `id`, the owner (`owner` or `controller`) or the key is missing.
    public init(_ document: Document) throws(VocabularyError) {
        id = try document.requireID()
        guard let owner = document.iri("owner") ?? document.iri("controller") else {
            throw VocabularyError(path: "owner", expected: "IRI")
        }
        self.owner = owner
        if let pem = document.nonEmptyString("publicKeyPem") {
            format = .pem
            text = pem
        } else {
            format = .multibase
            text = try document.requireString("publicKeyMultibase")
        }
    }

    static func all(of document: Document) -> [KeyDocument] {
        let found = document.documents("publicKey").prefix(10) + document.documents("assertionMethod").prefix(10)
        return Array(found.compactMap { try? KeyDocument($0) }.prefix(10))
    }
}

/// One pair of a profile, such as a pronoun or a web page.
public struct ProfileField: Sendable, Hashable {
    /// The label, plain text.
    public let name: String
    /// The value, untrusted HTML.
    public let valueHTML: String

    init?(_ document: Document) {
        guard document.types.contains("PropertyValue"), let name = document.nonEmptyString("name"),
            let value = document.string("value")
        else { return nil }
        self.name = name
        valueHTML = value
    }
}
