// SPDX-License-Identifier: Apache-2.0

/// An activity as it arrives in an inbox.
///
/// The handler of the activity type checks what the object may be and whether this actor may do this.
public struct ActivityDocument: Sendable, Hashable {
    /// The identifier; `nil` because some servers send none.
    public let id: IRI?
    /// The first known activity type, or the first type.
    public let type: String
    /// The actor that performed the activity.
    public let actor: IRI
    /// The first object of the activity.
    public let object: Reference?
    /// All objects of the activity; a `Flag` can have several.
    public let objects: [Reference]
    /// The target, in `Add` and `Move`.
    public let target: IRI?
    /// The origin, in `Remove`.
    public let origin: IRI?
    /// The result, for example the authorisation in an `Accept`.
    public let result: Reference?
    /// The instrument, for example the quoting post in a `QuoteRequest`.
    public let instrument: Reference?
    /// The text of the activity: a reason, an emoji or a reply.
    public let content: String?
    /// The addressees.
    public let audience: Audience
    /// When it was published, in milliseconds since 1970 UTC.
    public let published: Int64?
    /// The document as it was received, unknown keys included.
    public let document: Document

    /// Reads an activity of any type, also of unknown types.
    ///
    /// - Throws: when `type` or `actor` is missing, when the document is of another family, when it names two actors,
    ///   when its `id` or `type` is a list, or when it has `@id` beside `id` or `@type` beside `type`.
    public init(_ document: Document) throws(VocabularyError) {
        try document.requireOneIdentifier()
        for (key, other) in [("id", "@id"), ("type", "@type")] {
            guard document[key]?.array == nil, document[other]?.array == nil else {
                throw VocabularyError(path: key, expected: "one value")
            }
        }
        guard document["type"] == nil || document["@type"] == nil else {
            throw VocabularyError(path: "type", expected: "one value")
        }
        let types = document.types
        guard let first = types.first else { throw VocabularyError(path: "type", expected: "activity") }
        let isClear =
            document.family == .activity
            || (document.family == .other && types.allSatisfy { Family.of([$0]) == .other })
        guard isClear else { throw VocabularyError(path: "type", expected: "activity alone") }
        type = types.first(where: Family.activityTypes.contains) ?? first
        let actors = document.iris("actor")
        guard let actor = actors.first else { throw VocabularyError(path: "actor", expected: "IRI") }
        guard actors.count == 1 else { throw VocabularyError(path: "actor", expected: "one IRI") }
        self.actor = actor
        id = document.id
        objects = document.references("object")
        object = objects.first
        target = document.iri("target")
        origin = document.iri("origin")
        result = document.reference("result")
        instrument = document.reference("instrument")
        content = document.nonEmptyString("content")
        audience = Audience(of: document)
        published = document.instant("published")
        self.document = document
    }

    /// Whether ActivityStreams or a known implementation defines the type.
    public var isKnownType: Bool { Family.activityTypes.contains(type) }

    /// The object.
    ///
    /// - Throws: when there is none.
    public func requireObject() throws(VocabularyError) -> Reference {
        guard let object else { throw VocabularyError(path: "object", expected: "IRI or object") }
        return object
    }

    /// The identifier of the object.
    ///
    /// - Throws: when there is no object or it has no identifier.
    public func requireObjectID() throws(VocabularyError) -> IRI {
        guard let id = try requireObject().id else { throw VocabularyError(path: "object.id", expected: "IRI") }
        return id
    }

    /// The activity inside an `Announce`, `Undo`, `Accept` or `Reject`; `nil` when the object is only an id or is not
    /// an activity.
    public var innerActivity: ActivityDocument? {
        guard let document = object?.document, document.family == .activity else { return nil }
        return try? ActivityDocument(document)
    }
}
