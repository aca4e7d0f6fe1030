// SPDX-License-Identifier: Apache-2.0

public import CivilDates

/// The status of an event.
public enum EventStatus: String, Sendable, Hashable, CaseIterable {
    /// The event takes place.
    case confirmed = "CONFIRMED"
    /// The event may take place.
    case tentative = "TENTATIVE"
    /// The event does not take place.
    case cancelled = "CANCELLED"
}

/// How people join an event.
public enum JoinMode: String, Sendable, Hashable, CaseIterable {
    /// Everybody who asks is accepted.
    case free
    /// The organisers approve each request.
    case restricted
    /// Only invited people may join.
    case invite
    /// People register on another site, at `externalParticipationURL`.
    case external
    /// The event has no registration.
    case notOffered = "none"
}

/// An event on another server.
///
/// Spec: FEP-8a8e; also the formats of Mobilizon and Gancio.
public struct EventDocument: Sendable, Hashable {
    /// The identifier.
    public let id: IRI
    /// The organisers, a group or a person; `actor` when `attributedTo` is absent.
    public let attributedTo: [IRI]
    /// The title, plain text.
    public let name: String
    /// The description, untrusted HTML.
    public let contentHTML: String?
    /// The summary, untrusted HTML.
    public let summaryHTML: String?
    /// The start in milliseconds since 1970 UTC.
    public let startTime: Int64
    /// The end in milliseconds since 1970 UTC; never before ``startTime``.
    public let endTime: Int64?
    /// The start as it is written: with or without an offset, or only a date.
    public let start: DateReading
    /// The end as it is written; nil when it is not a date.
    public let end: DateReading?
    /// The UTC offset with which `startTime` was written, in seconds east of UTC.
    public let startOffset: Int?
    /// Whether the end is to be shown; `false` when it is only an estimate.
    public let displayEndTime: Bool
    /// The IANA name of the time zone, as written.
    public let timezone: String?
    /// The place.
    public let location: PlaceDocument?
    /// The web address of an online event, from a virtual location, `onlineLink` or an attached link.
    public let onlineURL: IRI?
    /// Whether the event is online only.
    public let isOnline: Bool
    /// Whether the event takes place.
    public let status: EventStatus
    /// Whether the event was postponed without a new date.
    public let isPostponed: Bool
    /// How people join the event; `nil` when not stated.
    public let joinMode: JoinMode?
    /// The address of an external registration page.
    public let externalParticipationURL: IRI?
    /// The number of seats; `nil` when there is no limit. Mobilizon also writes 0 for no limit.
    public let maximumAttendeeCapacity: Int64?
    /// The number of free seats; 0 or more.
    public let remainingAttendeeCapacity: Int64?
    /// The number of participants; 0 or more.
    public let participantCount: Int64?
    /// When it was published, in milliseconds since 1970 UTC.
    public let published: Int64?
    /// When it was last changed, in milliseconds since 1970 UTC.
    public let updated: Int64?
    /// The addressees.
    public let audience: Audience
    /// The mentions and hashtags.
    public let tags: [TagDocument]
    /// The attached files and links.
    public let attachments: [AttachmentDocument]
    /// The banner picture.
    public let imageURL: IRI?
    /// The text that describes the banner picture, plain text.
    public let imageText: String?
    /// The value of `uuid`, as written.
    public let uuid: String?
    /// The web page of the event, as written.
    public let url: IRI?
    /// The language tag, when stated.
    public let language: String?
    /// The first category, as written.
    public let category: String?
    /// The conversation: the value of `context` when it is an IRI.
    public let context: IRI?
    /// Whether the event is a draft that readers should not see yet.
    public let isDraft: Bool
    /// Whether comments are allowed; `nil` when not stated.
    public let commentsEnabled: Bool?
    /// The document as it was received, unknown keys included.
    public let document: Document

    /// The web page when it is on the event's own origin, otherwise the identifier.
    public var pageURL: IRI { url.flatMap { $0.isSameOrigin(as: id) ? $0 : nil } ?? id }

    /// Reads an event.
    ///
    /// - Throws: when `id`, `name` or `startTime` is missing, when `type` is not `Event`, or when the document also
    ///   belongs to another family.
    public init(_ document: Document) throws(VocabularyError) {
        id = try document.requireID()
        _ = try document.requireType(among: Family.eventTypes, .event)
        let owners = document.iris("attributedTo")
        attributedTo = owners.isEmpty ? document.iris("actor") : owners
        name = try document.requireString("name")
        contentHTML = document.nonEmptyString("content")
        summaryHTML = document.nonEmptyString("summary")
        let first = try document.requireInstant("startTime")
        startTime = first
        endTime = document.instant("endTime").flatMap { $0 >= first ? $0 : nil }
        guard let reading = document.string("startTime").flatMap(Dates.reading) else {
            throw VocabularyError(path: "startTime", expected: "date")
        }
        self.start = reading
        end = document.string("endTime").flatMap(Dates.reading)
        startOffset = reading.offsetSeconds
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
        let image = Self.image(of: document, attachments: attachments)
        imageURL = image?.url
        imageText = image?.text
        uuid = document.nonEmptyString("uuid")
        let isCalendar = { (link: JSON) in link["mediaType"]?.string == "text/calendar" }
        url = (document["url"]?.oneOrMany ?? []).allSatisfy(isCalendar) ? nil : document.pageLink("url")
        language = document.language
        category = document.nonEmptyString("category")
        context = document.iri("context")
        isDraft = document.bool("draft") ?? false
        commentsEnabled = document.bool("commentsEnabled")
        self.document = document
    }

    /// Reads the status from all three properties. A cancellation in any of them counts, so that nobody travels to a
    /// cancelled event.
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
        return document.iri("onlineLink") ?? attachments.first { $0.isLink && $0.mediaType != "text/calendar" }?.url
    }

    private static func image(
        of document: Document, attachments: [AttachmentDocument]
    ) -> (url: IRI, text: String?)? {
        if let banner = attachments.first(where: { $0.isBannerImage && $0.isImage }) {
            return (banner.url, banner.name)
        }
        if let url = document.imageURL("image") {
            return (url, document.document("image")?.nonEmptyString("name"))
        }
        return attachments.first(where: \.isImage).map { ($0.url, $0.name) }
    }
}
