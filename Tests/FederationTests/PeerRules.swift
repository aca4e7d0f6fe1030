// SPDX-License-Identifier: Apache-2.0

import Vocabulary

// What other programs do with our documents, as far as it can be checked without them. Each rule returns the properties
// that the program would not accept. An empty list means that it accepts the document.

/// A list of problems.
struct Complaints {
    private(set) var all: [String] = []

    mutating func unless(_ holds: Bool, _ complaint: String) {
        if !holds { all.append(complaint) }
    }
}

enum PeerRules {
    static let everybody = "https://www.w3.org/ns/activitystreams#Public"

    static func strings(_ value: JSON?) -> [String]? {
        guard let array = value?.array, array.allSatisfy({ $0.string != nil }) else { return nil }
        return array.compactMap(\.string)
    }

    static func origin(_ value: JSON?) -> String? { value?.string.flatMap(IRI.init)?.origin }

    // MARK: - Actors

    static func mastodon(actor: JSON) -> [String] {
        var rules = Complaints()
        let types = ["Application", "Group", "Organization", "Person", "Service"]
        rules.unless(types.contains(actor["type"]?.string ?? ""), "type")
        let contexts = actor["@context"]?.oneOrMany.compactMap(\.string) ?? []
        rules.unless(contexts.contains("https://www.w3.org/ns/activitystreams"), "the literal context")
        rules.unless(!(actor["inbox"]?.string ?? "").isEmpty, "inbox")
        let name = actor["preferredUsername"]?.string ?? ""
        rules.unless(!name.isEmpty && !name.hasPrefix(".") && !name.hasSuffix("."), "preferredUsername")
        rules.unless(origin(actor["url"]) == origin(actor["id"]), "url on the actor's host")
        rules.unless(actor["publicKey"]?["owner"] == actor["id"], "publicKey.owner")
        return rules.all
    }

    static func lemmy(actor: JSON) -> [String] {
        var rules = Complaints()
        for key in ["id", "preferredUsername", "inbox", "outbox", "published"] {
            rules.unless(actor[key]?.string != nil, key)
        }
        let key = actor["publicKey"]
        rules.unless(key?.object != nil, "publicKey is one object")
        rules.unless(key?["id"]?.string?.contains("#") ?? false, "the key's id has a fragment")
        rules.unless(key?["publicKeyPem"]?.string?.hasPrefix("-----BEGIN PUBLIC KEY-----") ?? false, "publicKeyPem")
        if actor["type"]?.string == "Group" {
            rules.unless(actor["followers"]?.string != nil, "followers of a group")
            rules.unless(actor["attributedTo"]?.string != nil, "moderators as one address")
        }
        return rules.all
    }

    static func mobilizon(actor: JSON) -> [String] {
        var rules = Complaints()
        rules.unless(actor["publicKey"]?["publicKeyPem"]?.string != nil, "publicKey.publicKeyPem")
        rules.unless(actor["publicKey"]?["id"]?.string?.hasSuffix("#main-key") ?? false, "key id ends in #main-key")
        rules.unless(actor["discoverable"]?.bool != nil, "discoverable is said")
        rules.unless(actor["endpoints"]?["sharedInbox"]?.string != nil, "sharedInbox")
        return rules.all
    }

    /// Misskey, Sharkey, Smithereen, Mitra.
    static func misskey(actor: JSON) -> [String] {
        var rules = Complaints()
        let host = origin(actor["id"])
        for key in ["inbox", "outbox", "followers", "following"] {
            rules.unless(origin(actor[key]) == host, "\(key) on the actor's host")
        }
        rules.unless(origin(actor["publicKey"]?["id"]) == host, "publicKey.id on the actor's host")
        rules.unless(origin(actor["endpoints"]?["sharedInbox"]) == host, "sharedInbox on the actor's host")
        rules.unless((actor["preferredUsername"]?.string?.utf8.count ?? 999) <= 128, "preferredUsername")
        return rules.all
    }

    // MARK: - Posts

    /// - Parameter visibility: `public`, `unlisted`, `private` or `direct`, as Mastodon would show it.
    static func mastodon(note: JSON, visibility: String, author followers: String) -> [String] {
        var rules = Complaints()
        let (to, cc) = (strings(note["to"]), strings(note["cc"]))
        rules.unless(to != nil && cc != nil, "to and cc are lists of strings")
        let seen =
            if (to ?? []).contains(everybody) {
                "public"
            } else if (cc ?? []).contains(everybody) {
                "unlisted"
            } else {
                ((to ?? []) + (cc ?? [])).contains(followers) ? "private" : "direct"
            }
        rules.unless(seen == visibility, "shown as \(seen)")
        rules.unless(note["content"]?.string != nil, "content")
        rules.unless((note["contentMap"]?.object?.count ?? 1) == 1, "one language")
        for tag in note["tag"]?.array ?? [] where tag["type"]?.string == "Mention" {
            rules.unless(((to ?? []) + (cc ?? [])).contains(tag["href"]?.string ?? ""), "a mention is addressed")
            rules.unless((tag["name"]?.string ?? "").split(separator: "@").count == 2, "a mention names its host")
        }
        return rules.all
    }

    /// - Parameter group: the community in which the post was written.
    static func lemmy(note: JSON, group: String) -> [String] {
        var rules = Complaints()
        let all = (strings(note["to"]) ?? []) + (strings(note["cc"]) ?? [])
        rules.unless(all.contains(everybody), "Public in to or cc")
        rules.unless(all.contains(group), "the community in to or cc")
        rules.unless(note["audience"] == nil || note["audience"]?.string == group, "audience is the community")
        rules.unless(note["attributedTo"]?.string != nil, "attributedTo is one address")
        rules.unless(origin(note["id"]) == origin(note["attributedTo"]), "id and author are of one host")
        rules.unless(!(note["content"]?.string ?? "").isEmpty, "content")
        rules.unless((note["name"]?.string?.count ?? 0) <= 200, "title of at most 200 characters")
        return rules.all
    }

    static func pleroma(note: JSON) -> [String] {
        var rules = Complaints()
        rules.unless(note["to"]?.array != nil, "to")
        rules.unless(note["cc"]?.array != nil, "cc")
        rules.unless(note["bto"] == nil && note["bcc"] == nil, "no hidden addressees")
        return rules.all
    }

    // MARK: - Events

    static func mobilizon(event: JSON) -> [String] {
        var rules = Complaints()
        rules.unless(event["attributedTo"]?.string != nil, "attributedTo is one string")
        rules.unless(strings(event["to"]) != nil && strings(event["cc"]) != nil, "to and cc are lists")
        rules.unless(event["startTime"]?.string != nil, "startTime")
        rules.unless(
            ["CONFIRMED", "TENTATIVE", "CANCELLED"].contains(event["status"]?.string ?? ""), "status in upper case")
        rules.unless(
            ["free", "restricted", "invite", "external"].contains(event["joinMode"]?.string ?? ""), "joinMode")
        rules.unless(event["category"]?.string != nil, "category is a string")
        rules.unless(event["uuid"]?.string != nil, "uuid")
        rules.unless(event["tag"]?.array != nil && event["attachment"]?.array != nil, "tag and attachment are lists")
        rules.unless(event["location"]?["name"]?.string != nil, "location is one object with a name")
        for key in ["latitude", "longitude"] {
            if case .number(let number)? = event["location"]?[key] {
                rules.unless(number.text.contains("."), "\(key) is a float")
            }
        }
        let isLimited = event["maximumAttendeeCapacity"]?.int != nil
        rules.unless(!isLimited || event["joinMode"]?.string != "free", "limited seats are asked for")
        return rules.all
    }

    /// The checks for `Create`, and the stricter ones for `Update`.
    static func gancio(event: JSON) -> [String] {
        var rules = Complaints()
        rules.unless(event["content"]?.string != nil, "content is always a string")
        rules.unless(event["location"]?.object != nil, "location is an object")
        rules.unless(event["location"]?["name"]?.string != nil, "location.name")
        for attachment in event["attachment"]?.array ?? [.null] {
            rules.unless(attachment["mediaType"]?.string != nil, "every attachment has a media type")
        }
        for tag in event["tag"]?.array ?? [.null] {
            rules.unless(tag["name"]?.string?.hasPrefix("#") ?? false, "every tag begins with #")
        }
        rules.unless(event["endTime"]?.string != nil, "endTime")
        return rules.all
    }

    /// It also covers RoadHouse, which requires a single owner and does not know `external`.
    static func roadhouse(event: JSON) -> [String] {
        var rules = Complaints()
        rules.unless(event["actor"] == nil || event["actor"] == event["attributedTo"], "one owner")
        rules.unless(["free", "restricted", "invite"].contains(event["joinMode"]?.string ?? ""), "joinMode")
        rules.unless(
            event["maximumAttendeeCapacity"]?.isNull ?? true || event["maximumAttendeeCapacity"]?.int != nil,
            "maximumAttendeeCapacity is whole")
        return rules.all
    }

    /// WordPress's Event Bridge: `YYYY-MM-DDThh:mm:ss` with `Z` or `±hh:mm`.
    static func eventBridge(event: JSON) -> [String] {
        var rules = Complaints()
        let start = Array((event["startTime"]?.string ?? "").utf8)
        let isZulu = start.count == 20 && start.last == UInt8(ascii: "Z")
        let hasOffset = start.count == 25 && start[22] == UInt8(ascii: ":")
        rules.unless(isZulu || hasOffset, "startTime")
        rules.unless(origin(event["id"]) == origin(event["attributedTo"]), "id and owner are of one host")
        rules.unless((strings(event["to"]) ?? []).contains(everybody), "Public in to")
        return rules.all
    }

    static func piefed(event: JSON) -> [String] {
        var rules = Complaints()
        for key in [
            "startTime", "endTime", "timezone", "maximumAttendeeCapacity", "participantCount", "onlineLink",
            "joinMode", "externalParticipationUrl", "anonymousParticipation", "isOnline", "buyTicketsLink",
            "feeCurrency", "feeAmount",
        ] { rules.unless(event[key] != nil, key) }
        return rules.all
    }

    /// Mastodon shows the title and summary of an event. Others show the summary as a warning, in plain text.
    static func microblogs(event: JSON, telling words: [String]) -> [String] {
        var rules = Complaints()
        let summary = event["summary"]?.string ?? ""
        rules.unless(!summary.contains("<"), "the summary has no tags")
        for word in words { rules.unless(summary.contains(word), "the summary tells \(word)") }
        return rules.all
    }

    // MARK: - JSON-LD

    /// Iceshrimp and Hubzilla's streams drop a term that no context defines, and reject contexts that they do not know.
    static func iceshrimp(_ document: JSON, ignoring known: Set<String> = []) -> [String] {
        var rules = Complaints()
        var defined = core.union(known)
        for part in document["@context"]?.oneOrMany ?? [] {
            if let name = part.string {
                let isKnown = [
                    "https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1",
                ].contains(name)
                rules.unless(isKnown, "unknown context \(name)")
            }
            defined.formUnion(part.object?.keys ?? [])
        }
        for key in keys(of: document) where !key.contains(":") {
            rules.unless(defined.contains(key), "undefined term \(key)")
        }
        return rules.all
    }

    private static func keys(of value: JSON) -> Set<String> {
        switch value {
        case .object(let object):
            object.reduce(into: Set()) { found, member in
                guard member.key != "@context" else { return }
                found.insert(member.key)
                if !member.key.hasSuffix("Map") { found.formUnion(keys(of: member.value)) }
            }
        case .array(let elements): elements.reduce(into: Set()) { $0.formUnion(keys(of: $1)) }
        default: []
        }
    }

    private static let core: Set<String> = [
        "id", "type", "actor", "object", "attributedTo", "to", "cc", "audience", "url", "name", "nameMap", "content",
        "contentMap", "mediaType", "summary", "source", "startTime", "endTime", "published", "updated", "location",
        "replies", "first", "items", "partOf", "tag", "attachment", "inReplyTo", "context", "totalItems", "href",
        "latitude", "longitude", "icon",
        "preferredUsername", "inbox", "outbox", "followers", "following", "endpoints", "sharedInbox", "publicKey",
        "owner", "publicKeyPem",
    ]
}
