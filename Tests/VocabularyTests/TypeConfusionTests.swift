// SPDX-License-Identifier: Apache-2.0

import Testing
import Vocabulary

/// Tests every property with every type of JSON value, because a runtime trap would stop the process.
@Suite("Type confusion")
struct TypeConfusionTests {
    private static let junk: [String] = [
        "null", "true", "0", "-1", "1.5", "1e400", "1e999999", "9223372036854775808", "-9223372036854775809", "\"\"",
        "\"x\"",
        "\"\\u0000\"", "\"https://j.test/\"", "\"{foo:\"", "[]", "[[]]", "[null]", "[{}]", "{}", "{\"id\":1}",
        "{\"id\":null}",
        "{\"@value\":1}", "{\"\":{}}", "[1,\"x\",{\"id\":\"https://j.test/\"}]", "\"9999-12-31T23:59:59-23:59\"",
        "\"0000-01-01T00:00:00+23:59\"", "{\"type\":1,\"url\":[[]],\"name\":{},\"icon\":7}",
    ]

    private static let keys = [
        "id", "@id", "type", "@type", "actor", "object", "target", "origin", "result", "instrument", "to", "cc", "bto",
        "bcc",
        "audience", "attributedTo", "name", "nameMap", "content", "contentMap", "summary", "inReplyTo", "published",
        "updated",
        "sensitive", "language", "inLanguage", "url", "tag", "attachment", "image", "icon", "context", "source",
        "replies",
        "quote", "oneOf", "anyOf", "closed", "endTime", "votersCount", "mediaType", "commentsEnabled",
        "preferredUsername",
        "webfinger", "inbox", "outbox", "followers", "following", "featured", "moderators", "upcomingEvents",
        "endpoints",
        "publicKey", "assertionMethod", "manuallyApprovesFollowers", "discoverable", "indexable",
        "postingRestrictedToMods",
        "suspended", "movedTo", "alsoKnownAs", "startTime", "displayEndTime", "timezone", "location", "onlineLink",
        "isOnline",
        "status", "ical:status", "eventStatus", "joinMode", "externalParticipationUrl", "maximumAttendeeCapacity",
        "remainingAttendeeCapacity", "participantCount", "attendees", "uuid", "category", "draft", "totalItems",
        "first", "next",
        "prev", "partOf", "items", "orderedItems",
    ]

    private static let base = """
        {"id":"https://a.test/1","actor":"https://a.test/u","name":"x","content":"y",\
        "startTime":"2026-01-01T00:00:00Z","object":"https://a.test/2","attributedTo":"https://a.test/u"}
        """

    @Test(
        "any value in any field is read or refused",
        arguments: ["Person", "Note", "Question", "Event", "Create", "Collection"])
    func everyFieldEveryKind(type: String) throws {
        var read = 0
        for key in Self.keys {
            for text in Self.junk {
                var object = try document(Self.base).json
                object["type"] = JSON(type)
                object[key] = try JSON.parse(text)
                read += Self.readAll(Document(object))
            }
        }
        #expect(read > Self.keys.count * Self.junk.count / 2)
    }

    @Test("any value inside an embedded object is read or refused", arguments: keys)
    func embedded(key: String) throws {
        for text in Self.junk {
            var object = try document(Self.base).json
            let inner: JSON = .object([key: try JSON.parse(text)])
            for property in Self.embedding {
                object[property] = [["type": "Place", "address": [:], "id": "https://a.test/3"], inner]
            }
            for type in ["Event", "Question", "Group"] {
                object["type"] = JSON(type)
                #expect(Self.readAll(Document(object)) == 1)
            }
        }
    }

    private static let embedding = [
        "tag", "attachment", "location", "publicKey", "endpoints", "object", "icon", "replies", "oneOf", "source",
    ]

    @Test("discovery documents of any shape are read or refused")
    func discovery() throws {
        for text in Self.junk {
            let value = try JSON.parse(text)
            for document: JSON in [
                value, ["links": value], ["links": [value]], ["links": [["rel": "self", "href": value]]],
            ] {
                #expect(WebFinger.selfLink(in: document) == nil)
                #expect(WebFinger.subscribeTemplate(in: document) == nil)
                #expect(NodeInfo.link(in: document) == nil)
                #expect(NodeInfo.software(in: document) == nil)
            }
        }
    }

    /// The number of readers that accept the document.
    private static func readAll(_ document: Document) -> Int {
        let actor = (try? ActorDocument(document))?.propertiesOnOtherOrigins
        let note = (try? NoteDocument(document))?.pageURL
        let event = (try? EventDocument(document))?.pageURL
        let activity = (try? ActivityDocument(document)).map { $0.innerActivity?.id }
        let collection = (try? CollectionDocument(document))?.isHidden
        return [actor != nil, note != nil, event != nil, activity != nil, collection != nil].count { $0 }
    }
}
