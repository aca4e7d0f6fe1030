// SPDX-License-Identifier: Apache-2.0

internal import CivilDates

/// Whether a gathering takes place.
public enum EventStatus: String, Sendable, Hashable, CaseIterable {
    /// It does.
    case confirmed = "CONFIRMED"
    /// It may.
    case tentative = "TENTATIVE"
    /// It does not.
    case cancelled = "CANCELLED"
}

/// How one takes part in a gathering.
public enum JoinMode: String, Sendable, Hashable, CaseIterable {
    /// Whoever asks is in.
    case free
    /// The organisers answer.
    case restricted
    /// Only who is invited.
    case invite
    /// Somewhere else, at `externalParticipationURL`.
    case external
    /// Not asked for.
    case notOffered = "none"
}

/// A gathering on another server.
///
/// Spec: FEP-8a8e; Mobilizon's and Gancio's shapes.
public struct EventDocument: Sendable, Hashable {
    /// The identifier.
    public let id: IRI
    /// Who announces it, a group or a person; `actor` when `attributedTo` is absent.
    public let attributedTo: [IRI]
    /// The title, plain text.
    public let name: String
    /// The description, untrusted HTML.
    public let contentHTML: String?
    /// A short text, untrusted HTML.
    public let summaryHTML: String?
    /// Milliseconds since 1970 UTC.
    public let startTime: Int64
    /// Milliseconds since 1970 UTC; never before ``startTime``.
    public let endTime: Int64?
    /// The offset that `startTime` was written with, in seconds east of UTC.
    public let startOffset: Int?
    /// Whether the end is meant; `false` when it is only a guess.
    public let displayEndTime: Bool
    /// The IANA name of the zone, as written.
    public let timezone: String?
    /// Where.
    public let location: PlaceDocument?
    /// Where on the web, from a virtual location, `onlineLink` or an attached link.
    public let onlineURL: IRI?
    /// Whether it takes place on the web only.
    public let isOnline: Bool
    /// Whether it takes place.
    public let status: EventStatus
    /// Whether it was put off without a new date.
    public let isPostponed: Bool
    /// How one takes part; `nil` when not stated.
    public let joinMode: JoinMode?
    /// Where to sign up.
    public let externalParticipationURL: IRI?
    /// The seats; `nil` when there is no limit, which Mobilizon also writes as 0.
    public let maximumAttendeeCapacity: Int64?
    /// The free seats; 0 or more.
    public let remainingAttendeeCapacity: Int64?
    /// Who takes part; 0 or more.
    public let participantCount: Int64?
    /// Milliseconds since 1970 UTC.
    public let published: Int64?
    /// Milliseconds since 1970 UTC.
    public let updated: Int64?
    /// Whom it is addressed to.
    public let audience: Audience
    /// Mentions and topics.
    public let tags: [TagDocument]
    /// Files and links.
    public let attachments: [AttachmentDocument]
    /// The picture on top.
    public let imageURL: IRI?
    /// A key of the event's own, as written.
    public let uuid: String?
    /// The page for people, as written.
    public let url: IRI?
    /// The language tag, when stated.
    public let language: String?
    /// The first category, as written.
    public let category: String?
    /// The conversation: `context`, when it is an address.
    public let context: IRI?
    /// Whether it is not meant for readers yet.
    public let isDraft: Bool
    /// Whether answers are welcome; `nil` when not stated.
    public let commentsEnabled: Bool?
    /// Everything that was received.
    public let document: Document

    /// The page for people when it lies on the event's own origin, and the identifier otherwise.
    public var pageURL: IRI { url.flatMap { $0.isSameOrigin(as: id) ? $0 : nil } ?? id }

    /// Reads an event.
    ///
    /// - Throws: when `id`, `name` or `startTime` is missing, or `type` is not `Event` or also something else.
    public init(_ document: Document) throws(VocabularyError) {
        id = try document.requireID()
        _ = try document.requireType(among: Family.eventTypes, .event)
        let owners = document.iris("attributedTo")
        attributedTo = owners.isEmpty ? document.iris("actor") : owners
        name = try document.requireString("name")
        contentHTML = document.nonEmptyString("content")
        summaryHTML = document.nonEmptyString("summary")
        let start = try document.requireInstant("startTime")
        startTime = start
        endTime = document.instant("endTime").flatMap { $0 >= start ? $0 : nil }
        startOffset = document.string("startTime").flatMap(Dates.offsetSeconds)
        displayEndTime = document.bool("displayEndTime") ?? true
        timezone = document.nonEmptyString("timezone")
        location = PlaceDocument.first(of: document)
        attachments = document.attachmentDocuments
        onlineURL = Self.onlineURL(of: document, attachments: attachments)
        isOnline = document.bool("isOnline") ?? false
        status = Self.status(of: document)
        isPostponed = document.string("eventStatus")?.hasSuffix("EventPostponed") ?? false
        joinMode = document.string("joinMode").flatMap(JoinMode.init)
        externalParticipationURL = document.iri("externalParticipationUrl")
        maximumAttendeeCapacity = document.integer("maximumAttendeeCapacity").flatMap { $0 > 0 ? $0 : nil }
        remainingAttendeeCapacity = document.integer("remainingAttendeeCapacity").map { max(0, $0) }
        participantCount = Self.participants(of: document)
        published = document.instant("published")
        updated = document.instant("updated")
        audience = Audience(of: document)
        tags = document.tagDocuments
        imageURL = Self.imageURL(of: document, attachments: attachments)
        uuid = document.nonEmptyString("uuid")
        url = document.pageLink("url")
        language = document.language
        category = document.nonEmptyString("category")
        context = document.iri("context")
        isDraft = document.bool("draft") ?? false
        commentsEnabled = document.bool("commentsEnabled")
        self.document = document
    }

    /// A cancellation counts wherever it stands: nobody should travel in vain.
    private static func status(of document: Document) -> EventStatus {
        let words = ["status", "ical:status", "eventStatus"].compactMap { document.string($0)?.uppercased() }
        if words.contains(where: { $0.hasSuffix("CANCELLED") || $0.hasSuffix("CANCELED") }) { return .cancelled }
        return words.contains("TENTATIVE") ? .tentative : .confirmed
    }

    private static func participants(of document: Document) -> Int64? {
        let count = document.integer("participantCount") ?? document.document("attendees")?.integer("totalItems")
        return count.map { max(0, $0) }
    }

    private static func onlineURL(of document: Document, attachments: [AttachmentDocument]) -> IRI? {
        for place in document.documents("location") {
            for candidate in [place] + place.documents("address") where candidate.types.contains("VirtualLocation") {
                if let url = candidate.iri("url") ?? candidate.id { return url }
            }
        }
        return document.iri("onlineLink") ?? attachments.first(where: \.isLink)?.url
    }

    private static func imageURL(of document: Document, attachments: [AttachmentDocument]) -> IRI? {
        attachments.first { $0.isBannerImage && $0.isImage }?.url ?? document.imageURL("image")
            ?? attachments.first(where: \.isImage)?.url
    }
}
