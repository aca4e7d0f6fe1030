// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Vocabulary

/// The JSON files in a folder and its subfolders.
struct DocumentFolder {
    let root: URL

    /// The root folder of the checkout that contains this test.
    static let checkout = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Documents of other server software, next to the checkout; they are not part of the project.
    static let wild = DocumentFolder(root: checkout.appending(path: "../shared/fixtures/documents").standardizedFileURL)

    /// Documents that the project wrote in the format of each peer software.
    static let specs = DocumentFolder(root: checkout.appending(path: "federation-specs/vocabulary"))

    /// The file paths relative to the root, sorted.
    var files: [String] {
        let found = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
        return found.filter { $0.hasSuffix(".json") }.sorted()
    }

    func bytes(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: root.appending(path: path)))
    }
}

@Suite("Documents seen in the wild")
struct FixtureTests {
    /// Files that contain a key twice, which the parser refuses.
    private static let duplicateKeys: Set<String> = [
        "fep/fep-8a8e-11-event.json", "mastodon/poll-attachment.json", "mastodon/poll-attachment-2.json",
        "mastodon/poll-attachment-3.json",
    ]

    private static let files = DocumentFolder.wild.files.filter {
        $0.hasPrefix("hostile/") == false && $0.hasPrefix("signatures/") == false
    }

    /// Whether the documents exist; prints a note once when they do not.
    private static let areThere: Bool = {
        if files.isEmpty { print("Documents seen in the wild: none next to the checkout, nothing compared.") }
        return files.isEmpty == false
    }()

    @Test("each parses, prints, and reads back as the same value")
    func roundTrip() throws {
        guard Self.areThere else { return }
        for file in Self.files {
            let bytes = try DocumentFolder.wild.bytes(file)
            if Self.duplicateKeys.contains(file) {
                #expect(throws: JSONError.self, "\(file)") { try JSON.parse(bytes) }
                continue
            }
            let value = try #require(try? JSON.parse(bytes), "\(file)")
            #expect(try JSON.parse(value.serialized()) == value, "\(file)")
            #expect(try JSON.parse(value.prettyPrinted()) == value, "\(file)")
        }
        #expect(Self.files.count > 900)
    }

    @Test("each reads as what it is, embedded objects included")
    func classify() throws {
        guard Self.areThere else { return }
        var read: [Family: Int] = [:]
        var refused: [String] = []
        for file in Self.files {
            guard let value = try? JSON.parse(try DocumentFolder.wild.bytes(file)) else { continue }
            for document in Self.documents(in: value) where document.id != nil {
                if try Self.reads(document) {
                    read[document.family, default: 0] += 1
                } else {
                    refused.append("\(file) \(document.types)")
                }
            }
        }
        let minimum: [Family: Int] = [.actor: 180, .post: 250, .event: 10, .activity: 250, .collection: 60]
        for (family, count) in minimum { #expect(read[family, default: 0] >= count, "\(family) \(read)") }
        // Four of them are activities with an array for their type, which only examples of proposals have.
        #expect(refused.count <= 23, "\(refused)")
    }

    @Test("hostile ones and vectors of signatures are read or refused, and never stop the process")
    func hostile() throws {
        guard Self.areThere else { return }
        let others = Set(DocumentFolder.wild.files).subtracting(Self.files)
        for file in others {
            guard let value = try? JSON.parse(try DocumentFolder.wild.bytes(file)) else { continue }
            for document in Self.documents(in: value) { _ = try Self.reads(document) }
            #expect(try JSON.parse(value.serialized()) == value, "\(file)")
        }
        #expect(others.count > 20)
    }

    /// The document itself and every object inside it.
    private static func documents(in value: JSON) -> [Document] {
        let inner = (value.object?.map(\.value) ?? value.array ?? []).flatMap(documents)
        return (Document(value).map { [$0] } ?? []) + inner
    }

    /// Reads a document with the reader of its family.
    ///
    /// - Returns: false when the family has a reader and the reader refuses the document.
    private static func reads(_ document: Document) throws -> Bool {
        switch document.family {
        case .actor: (try? ActorDocument(document)) != nil
        case .post: (try? NoteDocument(document)) != nil
        case .event: (try? EventDocument(document)) != nil
        case .activity: (try? ActivityDocument(document)) != nil
        case .collection: (try? CollectionDocument(document)) != nil
        case .tombstone, .other: true
        }
    }
}

@Suite("Documents in the shape of each peer's")
struct SpecTests {
    @Test("every document reads as its folder of expectations says", arguments: DocumentFolder.specs.files)
    func reads(file: String) throws {
        let value = try JSON.parse(try DocumentFolder.specs.bytes(file))
        let source = try #require(value["document"].flatMap { Document($0) })
        let expected = try #require(value["expect"]?.object)
        #expect(expected.isEmpty == false)
        let summary = try Self.summary(of: source)
        for (key, wanted) in expected { #expect(summary[key] ?? .null == wanted, "\(file): \(key)") }
    }

    @Test("there is at least one document of each of seven peers")
    func coverage() {
        let peers = Set(DocumentFolder.specs.files.compactMap { $0.split(separator: "/").first.map(String.init) })
        #expect(
            peers.isSuperset(of: [
                "mastodon", "lemmy", "mobilizon", "friendica", "gancio", "wordpress", "gotosocial",
            ]))
    }

    private static func summary(of document: Document) throws -> JSON.Object {
        switch document.family {
        case .actor: summary(of: try ActorDocument(document))
        case .post: summary(of: try NoteDocument(document))
        case .event: summary(of: try EventDocument(document))
        default: [:]
        }
    }

    private static func summary(of actor: ActorDocument) -> JSON.Object {
        [
            "kind": JSON(actor.kind.rawValue), "preferredUsername": text(actor.preferredUsername),
            "name": text(actor.name),
            "inbox": iri(actor.inbox), "sharedInbox": iri(actor.sharedInbox), "moderators": iri(actor.moderators),
            "keys": JSON(actor.publicKeys.map(\.id)), "icon": iri(actor.icon),
            "fields": JSON(actor.fields.map(\.name)), "otherOrigins": JSON(actor.propertiesOnOtherOrigins),
            "manuallyApprovesFollowers": JSON(actor.manuallyApprovesFollowers),
        ]
    }

    private static func summary(of note: NoteDocument) -> JSON.Object {
        [
            "type": JSON(note.type), "attributedTo": JSON(note.attributedTo), "name": text(note.name),
            "content": text(note.contentHTML), "published": number(note.published), "language": text(note.language),
            "isPublic": JSON(note.audience.isPublic), "isUnlisted": JSON(note.audience.isUnlisted),
            "audience": JSON(note.audience.audience), "inReplyTo": iri(note.inReplyTo),
            "sensitive": JSON(note.sensitive),
            "mentions": JSON(note.tags.filter { $0.kind == .mention }.compactMap(\.href)),
            "hashtags": JSON(note.tags.filter { $0.kind == .hashtag }.compactMap(\.name)),
            "attachments": JSON(note.attachments.map(\.url)), "page": JSON(note.pageURL),
        ]
    }

    private static func summary(of event: EventDocument) -> JSON.Object {
        [
            "attributedTo": JSON(event.attributedTo), "name": JSON(event.name), "startTime": number(event.startTime),
            "endTime": number(event.endTime), "offset": number(event.startOffset.map(Int64.init)),
            "timezone": text(event.timezone), "place": text(event.location?.name),
            "street": text(event.location?.street),
            "locality": text(event.location?.locality), "latitude": event.location?.latitude.map { JSON($0) } ?? .null,
            "onlineURL": iri(event.onlineURL), "status": JSON(event.status.rawValue),
            "joinMode": text(event.joinMode?.rawValue), "capacity": number(event.maximumAttendeeCapacity),
            "participants": number(event.participantCount), "isPublic": JSON(event.audience.isPublic),
            "hashtags": JSON(event.tags.filter { $0.kind == .hashtag }.compactMap(\.name)),
            "image": iri(event.imageURL),
        ]
    }

    private static func text(_ text: String?) -> JSON { text.map(JSON.string) ?? .null }
    private static func iri(_ iri: IRI?) -> JSON { iri.map { JSON($0) } ?? .null }
    private static func number(_ number: Int64?) -> JSON { number.map { JSON($0) } ?? .null }
}
