// SPDX-License-Identifier: Apache-2.0

/// The type of an actor.
public enum ActorKind: String, Sendable, Hashable, CaseIterable {
    /// A person.
    case person = "Person"
    /// A community.
    case group = "Group"
    /// A server or an application.
    case application = "Application"
    /// A bot.
    case service = "Service"
    /// An organisation.
    case organization = "Organization"
}

/// An actor on another server.
///
/// Only `id` and a known type without contradictions are required, because servers with protected profiles serve stub
/// documents that hold little more than a public key.
public struct ActorDocument: Sendable, Hashable {
    /// The identifier.
    public let id: IRI
    /// The type of the actor.
    public let kind: ActorKind
    /// The user name part of the handle, without host.
    public let preferredUsername: String?
    /// The whole handle `name@host`, when the actor states it.
    ///
    /// Spec: FEP-2c59.
    public let webfinger: String?
    /// The display name, plain text.
    public let name: String?
    /// The description, untrusted HTML.
    public let summaryHTML: String?
    /// The web page of the profile, as written.
    public let url: IRI?
    /// The inbox, to which activities are delivered.
    public let inbox: IRI?
    /// The outbox, the collection of the actor's activities.
    public let outbox: IRI?
    /// The collection of followers.
    public let followers: IRI?
    /// The collection of the actors that this actor follows.
    public let following: IRI?
    /// The collection of pinned posts.
    public let featured: IRI?
    /// The collection of moderators of a group: `attributedTo`, or the older `moderators`.
    ///
    /// Spec: FEP-1b12.
    public let moderators: IRI?
    /// The collection of upcoming events of a group.
    ///
    /// Spec: FEP-8a8e.
    public let upcomingEvents: IRI?
    /// Further endpoints of the actor's server.
    public let endpoints: Endpoints
    /// The avatar.
    public let icon: IRI?
    /// The header picture.
    public let image: IRI?
    /// The public keys in the document, at most ten.
    public let publicKeys: [KeyDocument]
    /// The profile fields, at most fifty.
    public let fields: [ProfileField]
    /// The custom emoji in its texts, and other tags.
    public let tags: [TagDocument]
    /// Whether a follow request needs approval; on a group, whether the group is private.
    public let manuallyApprovesFollowers: Bool
    /// Whether the actor wants to be listed in directories; `nil` when not stated.
    public let discoverable: Bool?
    /// Whether the actor's posts may be indexed for search; `nil` when not stated.
    public let indexable: Bool?
    /// Whether only moderators may post in the group.
    public let postingRestrictedToMods: Bool
    /// Whether the actor's own server has suspended it.
    public let isSuspended: Bool
    /// The new account, after a `Move`.
    public let movedTo: IRI?
    /// Other identifiers of the same actor.
    public let alsoKnownAs: [IRI]
    /// When it was published, in milliseconds since 1970 UTC.
    public let published: Int64?
    /// When it was last changed, in milliseconds since 1970 UTC.
    public let updated: Int64?
    /// The document as it was received, unknown keys included.
    public let document: Document

    /// Further endpoints of the actor's server.
    public struct Endpoints: Sendable, Hashable {
        /// The shared inbox of all actors of the server.
        public let sharedInbox: IRI?
    }

    /// The shared inbox of the actor's server; the same as `endpoints.sharedInbox`.
    public var sharedInbox: IRI? { endpoints.sharedInbox }

    /// The profile page when it is on the actor's own origin, otherwise the identifier.
    public var pageURL: IRI { url.flatMap { $0.isSameOrigin(as: id) ? $0 : nil } ?? id }

    /// The names of the properties whose addresses are on another origin than the actor.
    ///
    /// Such an actor could divert activities or collections of somebody else. A shared inbox on another origin is
    /// allowed.
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
    /// - Throws: when `id` is missing, when no type is one of ``ActorKind``, or when the document also belongs to
    ///   another family.
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
        tags = document.tagDocuments
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

    /// Accepts one IRI as the collection of moderators. PeerTube writes a list of actors into `attributedTo`; that list
    /// is not a collection and is ignored.
    private static func moderators(of document: Document) -> IRI? {
        if let text = document["attributedTo"]?.string, let iri = IRI(text) { return iri }
        return document.iri("moderators")
    }
}

/// A public key as an actor publishes it.
public struct KeyDocument: Sendable, Hashable {
    /// The identifier of the key, which signatures name as `keyId`.
    public let id: IRI
    /// The actor that owns the key.
    public let owner: IRI
    /// The encoding of ``text``.
    public let format: Format
    /// The encoded key.
    public let text: String

    /// The encodings of a public key.
    public enum Format: Sendable, Hashable {
        /// PEM, from `publicKeyPem`.
        case pem
        /// Multibase, from `publicKeyMultibase` of a Multikey.
        ///
        /// Spec: FEP-521a.
        case multibase
    }

    /// The key as PEM; `nil` when it has another format.
    public var pem: String? { format == .pem ? text : nil }

    /// The key as multibase; `nil` when it has another format.
    public var multibase: String? { format == .multibase ? text : nil }

    /// Reads a key that is embedded in an actor or served as a document of its own.
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

/// One profile field, for example pronouns or a web page.
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
