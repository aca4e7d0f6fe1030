// SPDX-License-Identifier: Apache-2.0

import Federation
import Foundation
import Model
import Testing
import Vocabulary

/// Documents of other software, in a folder beside the checkout. They are not part of the project.
private enum Wild {
    static let root = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        .appending(path: "../../../shared/fixtures/documents").standardizedFileURL

    /// All documents with their embedded objects. When there are none, it prints this once.
    static let documents: [(file: String, document: Document)] = {
        let files = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
        if files.isEmpty { print("Documents seen in the wild: none next to the checkout, nothing translated.") }
        return files.filter { $0.hasSuffix(".json") && !$0.hasPrefix("signatures/") }.sorted().flatMap { file in
            let bytes = (try? Data(contentsOf: root.appending(path: file))).map(Array.init) ?? []
            return embedded(in: (try? JSON.parse(bytes)) ?? .null).map { (file, $0) }
        }
    }()

    private static func embedded(in value: JSON) -> [Document] {
        guard let document = Document(value) else { return value.array?.flatMap(embedded) ?? [] }
        let inner = ["object", "items", "orderedItems"].compactMap { document.json[$0] }
        return [document] + inner.flatMap(embedded)
    }
}

@Suite("documents seen in the wild, translated")
struct WildDocumentTests {
    private let now = Timestamp(1_780_000_000_000)

    private func author(_ iri: IRI) -> Account {
        Account(id: ID(1), kind: .person, username: "x", host: iri.authority, iri: iri, createdAt: now)
    }

    @Test("an actor becomes an account, or is refused because it has no name or its inbox is elsewhere")
    func actors() {
        var taken = 0
        for (file, document) in Wild.documents where document.family == .actor {
            guard let actor = try? ActorDocument(document) else { continue }
            do {
                let remote = try ActorToAccount.read(actor, id: ID(1), host: actor.id.authority, at: now)
                taken += 1
                #expect(remote.account.displayName.count <= 200, "\(file)")
                #expect(remote.keys.allSatisfy { $0.id.isSameOrigin(as: actor.id) }, "\(file)")
            } catch {
                #expect([.notAnActor, .nameless, .wrongOrigin("inbox")].contains(error), "\(file): \(error)")
            }
        }
        #expect(taken > 110 || Wild.documents.isEmpty)
    }

    @Test("a post becomes a post, or is refused because it is nobody's or nothing")
    func posts() throws {
        let ours = LocalIdentifiers(origin: try iri("https://node.test"))
        var taken = 0
        for (file, document) in Wild.documents where document.family == .post {
            guard let note = try? NoteDocument(document), let owner = note.author else { continue }
            do {
                let remote = try NoteToPost.read(note, id: ID(1), author: author(owner), at: now, identifiers: ours)
                taken += 1
                #expect(remote.post.publishedAt <= now, "\(file)")
                #expect(!remote.post.content.string.contains("<script"), "\(file)")
            } catch {
                #expect([.notAPost, .ownerMismatch].contains(error), "\(file): \(error)")
            }
        }
        #expect(taken > 230 || Wild.documents.isEmpty)
    }

    @Test("an event becomes an event, or is refused because it is nobody's")
    func events() throws {
        let ours = LocalIdentifiers(origin: try iri("https://node.test"))
        var taken = 0
        for (file, document) in Wild.documents where document.family == .event {
            guard let event = try? EventDocument(document), let owner = event.attributedTo.first else { continue }
            do {
                let remote = try DocumentToEvent.read(
                    event, id: ID(1), owner: author(owner), at: now, identifiers: ours)
                taken += 1
                #expect(remote.event.endsAt > remote.event.startsAt, "\(file)")
                #expect(!remote.event.title.isEmpty, "\(file)")
            } catch {
                #expect([.notAPost, .ownerMismatch].contains(error), "\(file): \(error)")
            }
        }
        #expect(taken > 4 || Wild.documents.isEmpty)
    }
}
