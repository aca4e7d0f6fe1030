// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing

@Suite("What an answer of another node answers")
struct AnsweredRequestsTests {
    @Test("is found by the id of what was asked for, and only when one of us asked", arguments: TestEngine.available)
    func kinds(_ engine: TestEngine) async throws {
        try await Scene.with(engine) { scene in
            let ada = try await scene.account("ada")
            let vic = try await scene.account("vic", host: "far.example")
            let (ours, theirs) = (try scene.iri("follows"), try scene.iri("follows", host: "far.example"))
            let join = try scene.iri("joins")
            let request = try scene.iri("requests")
            var post = try scene.draft(by: ada)
            post.quote = Quote(iri: try scene.iri("notes", host: "far.example"), post: nil, state: .pending)
            let start = Scene.start
            let here = Event(
                id: scene.id(), iri: try scene.iri("events"), owner: ada.id, uuid: "1", title: "Here",
                startsAt: start, endsAt: start, publishedAt: start, isLocal: true)
            let there = Event(
                id: scene.id(), iri: try scene.iri("events", host: "far.example"), owner: vic.id, uuid: "2",
                title: "There", startsAt: start, endsAt: start, publishedAt: start, isLocal: false)
            let said = SentActivity(
                id: scene.id(), iri: request, actor: ada.id, type: "QuoteRequest", object: post.iri, body: "{}",
                isPublic: false, createdAt: start)
            let guest = Guest(account: ada.id, event: there.id, state: .asked, join: join, requestedAt: start)
            let quoting = post
            let ids = [ours, join, request, here.iri, theirs, there.iri, post.iri]
            try await scene.db.write { tx in
                _ = try Follows.request(by: ada.id, of: vic.id, activity: ours, at: start, in: tx)
                _ = try Follows.request(by: vic.id, of: ada.id, activity: theirs, at: start, in: tx)
                for event in [here, there] { try Events.insert(event, in: tx) }
                try GuestLists.set(guest, rank: 1, in: tx)
                try Posts.insert(quoting, PostParts(), in: tx)
                try OutboxQueue.insert(said, in: tx)
            }
            let found = try await scene.db.read { db in
                try ids.map { iri in
                    try AnsweredRequests.find(iri, in: db)
                }
            }
            let names = found.map { request in
                switch request {
                case .follow(let follow): "follow of \(follow.target)"
                case .seat(let guest): "seat at \(guest.event)"
                case .quote(let post): "quote in \(post.id)"
                case .event(let event): "event \(event.id)"
                case nil: "nothing"
                }
            }
            #expect(
                names == [
                    "follow of \(vic.id)", "seat at \(there.id)", "quote in \(quoting.id)", "event \(here.id)",
                    "nothing", "nothing", "nothing",
                ])
        }
    }
}
