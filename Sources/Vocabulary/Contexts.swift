// SPDX-License-Identifier: Apache-2.0

// The terms are written inline and never as the address of a context document: Iceshrimp refuses contexts that it does
// not know, Mastodon looks for the literal ActivityStreams string, and all others ignore the rest. Each term is in
// exactly one of the tables below.

/// The values of `@context` in outgoing documents.
public enum Contexts {
    /// The ActivityStreams context without other terms, for activities that need none.
    public static let activity = JSON("https://www.w3.org/ns/activitystreams")

    /// The context of actors.
    public static let actor = make([prefixes, shared, actorTerms], withSecurity: true)

    /// The context of posts, and of activities that embed a post.
    public static let note = make([prefixes, shared, noteTerms], withSecurity: false)

    /// The context of events, and of activities that embed an event.
    public static let event = make([prefixes, shared, noteTerms, eventTerms], withSecurity: false)

    /// The context with every term that this server uses.
    public static let full = make([prefixes, shared, actorTerms, noteTerms, eventTerms], withSecurity: true)

    /// The ActivityStreams context with the given additional terms.
    public static func plain(_ terms: JSON.Object) -> JSON {
        terms.isEmpty ? activity : [activity, .object(terms)]
    }

    private static func make(_ tables: [JSON.Object], withSecurity: Bool) -> JSON {
        var terms = JSON.Object()
        for (term, definition) in tables.joined() { terms[term] = definition }
        let head: [JSON] = withSecurity ? [activity, "https://w3id.org/security/v1"] : [activity]
        return .array(head + [.object(terms)])
    }

    private static func link(_ name: String) -> JSON { ["@id": JSON(name), "@type": "@id"] }

    private static let prefixes: JSON.Object = [
        "toot": "http://joinmastodon.org/ns#", "schema": "http://schema.org#", "sc": "http://schema.org#",
        "lemmy": "https://join-lemmy.org/ns#", "mz": "https://joinmobilizon.org/ns#",
        "ical": "http://www.w3.org/2002/12/cal/ical#", "pt": "https://joinpeertube.org/ns#",
        "gts": "https://gotosocial.org/ns#", "fep8a8e": "https://w3id.org/fep/8a8e/",
    ]

    private static let shared: JSON.Object = [
        "Hashtag": "as:Hashtag", "Emoji": "toot:Emoji", "blurhash": "toot:blurhash",
        "focalPoint": ["@container": "@list", "@id": "toot:focalPoint"],
        "PropertyValue": "schema:PropertyValue", "value": "schema:value", "discoverable": "toot:discoverable",
        "interactionPolicy": link("gts:interactionPolicy"), "canReply": link("gts:canReply"),
        "canQuote": link("gts:canQuote"), "canAnnounce": link("gts:canAnnounce"), "canLike": link("gts:canLike"),
        "automaticApproval": link("gts:automaticApproval"), "manualApproval": link("gts:manualApproval"),
    ]

    private static let actorTerms: JSON.Object = [
        "manuallyApprovesFollowers": "as:manuallyApprovesFollowers", "movedTo": link("as:movedTo"),
        "alsoKnownAs": link("as:alsoKnownAs"), "indexable": "toot:indexable", "memorial": "toot:memorial",
        "suspended": "toot:suspended", "featured": link("toot:featured"), "moderators": link("lemmy:moderators"),
        "postingRestrictedToMods": "lemmy:postingRestrictedToMods",
        "upcomingEvents": link("fep8a8e:upcomingEvents"), "openness": "mz:openness", "members": link("mz:members"),
        "memberCount": "mz:memberCount", "events": link("mz:events"), "posts": link("mz:posts"),
        "discussions": link("mz:discussions"), "resources": link("mz:resources"), "todos": link("mz:todos"),
        "webfinger": "https://purl.archive.org/socialweb/webfinger#webfinger",
        "assertionMethod": [
            "@id": "https://w3id.org/security#assertionMethod", "@type": "@id", "@container": "@set",
        ],
        "Multikey": "https://w3id.org/security#Multikey",
        "controller": link("https://w3id.org/security#controller"),
        "publicKeyMultibase": "https://w3id.org/security#publicKeyMultibase",
    ]

    private static let noteTerms: JSON.Object = [
        "sensitive": "as:sensitive", "votersCount": "toot:votersCount", "commentsEnabled": "pt:commentsEnabled",
        "stickied": "lemmy:stickied", "language": "sc:inLanguage", "identifier": "sc:identifier",
        "quote": link("https://w3id.org/fep/044f#quote"), "quoteUrl": "as:quoteUrl",
        "quoteAuthorization": link("https://w3id.org/fep/044f#quoteAuthorization"),
        "QuoteRequest": "https://w3id.org/fep/044f#QuoteRequest",
        "QuoteAuthorization": "https://w3id.org/fep/044f#QuoteAuthorization",
        "interactingObject": link("gts:interactingObject"), "interactionTarget": link("gts:interactionTarget"),
    ]

    private static let eventTerms: JSON.Object = [
        "uuid": "sc:identifier", "category": "sc:category", "inLanguage": "sc:inLanguage",
        "maximumAttendeeCapacity": "sc:maximumAttendeeCapacity",
        "remainingAttendeeCapacity": "sc:remainingAttendeeCapacity",
        "location": ["@id": "sc:location", "@type": "sc:Place"],
        "address": ["@id": "sc:address", "@type": "sc:PostalAddress"], "PostalAddress": "sc:PostalAddress",
        "addressCountry": "sc:addressCountry", "addressRegion": "sc:addressRegion",
        "addressLocality": "sc:addressLocality", "streetAddress": "sc:streetAddress", "postalCode": "sc:postalCode",
        "propertyID": "sc:propertyID", "joinMode": "mz:joinMode", "timezone": "mz:timezone",
        "repliesModerationOption": "mz:repliesModerationOption",
        "anonymousParticipationEnabled": "mz:anonymousParticipationEnabled",
        "participationMessage": "mz:participationMessage", "participantCount": "mz:participantCount",
        "isOnline": "mz:isOnline", "externalParticipationUrl": "mz:externalParticipationUrl", "draft": "mz:draft",
        "displayEndTime": "fep8a8e:displayEndTime", "eventStatus": link("fep8a8e:eventStatus"),
        "previousStartTime": "fep8a8e:previousStartTime", "organizers": link("fep8a8e:organizers"),
        "attendees": link("fep8a8e:attendees"), "contacts": link("mz:contacts"),
        "requiredJoinVisibility": "fep8a8e:requiredJoinVisibility", "isBannerImage": "fep8a8e:isBannerImage",
    ]
}
