// SPDX-License-Identifier: Apache-2.0

/// Something that an actor did, as it arrives in an inbox.
///
/// What the object may be, and whether this actor may say it, is for the handler of the type.
public struct ActivityDocument: Sendable, Hashable {
    /// The identifier; some servers send none.
    public let id: IRI?
    /// The first known activity type, or the first type.
    public let type: String
    /// Who did it.
    public let actor: IRI
    /// What it was done to, the first of several.
    public let object: Reference?
    /// All that it was done to; a `Flag` names several.
    public let objects: [Reference]
    /// Where to, in `Add` and `Move`.
    public let target: IRI?
    /// Where from, in `Remove`.
    public let origin: IRI?
    /// What came out, for example the authorisation in an `Accept`.
    public let result: Reference?
    /// By what means, for example the quoting post in a `QuoteRequest`.
    public let instrument: Reference?
    /// Text that comes with it: a reason, an emoji, an answer.
    public let content: String?
    /// Whom it is addressed to.
    public let audience: Audience
    /// Milliseconds since 1970 UTC.
    public let published: Int64?
    /// Everything that was received.
    public let document: Document

    /// Reads an activity of any type, known to us or not.
    ///
    /// - Throws: when `type` or `actor` is missing, or the document is of another family, or it names two actors.
    public init(_ document: Document) throws(VocabularyError) {
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

    /// Whether the type is one that ActivityStreams or a peer of ours defines.
    public var isKnownType: Bool { Family.activityTypes.contains(type) }

    /// The object, which must be there.
    public func requireObject() throws(VocabularyError) -> Reference {
        guard let object else { throw VocabularyError(path: "object", expected: "IRI or object") }
        return object
    }

    /// The identifier of the object, which must be there.
    public func requireObjectID() throws(VocabularyError) -> IRI {
        guard let id = try requireObject().id else { throw VocabularyError(path: "object.id", expected: "IRI") }
        return id
    }

    /// The activity inside, for `Announce`, `Undo`, `Accept` and `Reject`; `nil` when the object is only named or is
    /// no activity.
    public var innerActivity: ActivityDocument? {
        guard let document = object?.document, document.family == .activity else { return nil }
        return try? ActivityDocument(document)
    }
}
