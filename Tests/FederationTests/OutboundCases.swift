// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import Vocabulary

@testable import Federation

// The action of each example. One entry of a table belongs to one file in `federation-specs/outbound`.
extension OutboundCase {
    /// Follows and the responses to them.
    static let relations: [OutboundCase] = [
        .init("follow") { scene in
            try await scene.write { tx in try scene.outbox.follow(scene.vera, by: scene.alice, in: tx) }
            return nil
        },
        .init("undo-follow") { scene in
            try await scene.write { tx in
                try scene.outbox.follow(scene.vera, by: scene.alice, in: tx)
                try scene.outbox.unfollow(scene.vera, by: scene.alice, in: tx)
            }
            return nil
        },
        .init("accept-follow") { scene in
            let follow = try address("https://prairie.example/follows/1")
            try await scene.write { tx in
                try scene.outbox.accept(follow: follow, from: scene.vera, by: scene.garden, in: tx)
            }
            return nil
        },
        .init("reject-follow") { scene in
            let follow = try address("https://prairie.example/follows/1")
            try await scene.write { tx in
                try scene.outbox.reject(follow: follow, from: scene.vera, by: scene.alice, in: tx)
            }
            return nil
        },
    ]

    /// Posts and the interactions with them.
    static let posts: [OutboundCase] = [
        .init("create-note") { scene in
            var parts = PostParts()
            parts.hashtags = ["garden"]
            parts.attachments = [
                Attachment(
                    url: try address("https://cafe.example/media/1.jpg"), mediaType: "image/jpeg",
                    description: "Strawberries")
            ]
            try await scene.publish(scene.post(100) { $0.warning = "food" }, parts)
            return nil
        },
        .init("create-note-with-media") { scene in
            var photo = Attachment(
                url: try address("https://cafe.example/media/1.jpg"), mediaType: "image/jpeg",
                description: "Strawberries")
            photo.previewURL = try address("https://cafe.example/media/1-small.jpg")
            photo.blurhash = "LEHV6nWB2yk8pyo0adR*.7kCMdnj"
            photo.focus = FocalPoint(x: 0, y: -0.5)
            photo.measures.width = 1_200
            photo.measures.height = 800
            var video = Attachment(
                url: try address("https://cafe.example/media/2.mp4"), mediaType: "video/mp4", description: "")
            video.previewURL = try address("https://cafe.example/media/2.jpg")
            video.measures.width = 640
            video.measures.height = 360
            video.measures.duration = 12.5
            var parts = PostParts()
            parts.attachments = [photo, video]
            try await scene.publish(scene.post(100), parts)
            return nil
        },
        .init("create-note-unlisted") { scene in
            try await scene.publish(scene.post(100) { $0.visibility = .unlisted })
            return nil
        },
        .init("create-note-for-followers") { scene in
            try await scene.publish(scene.post(100) { $0.visibility = .followers })
            return nil
        },
        .init("create-letter") { scene in
            var parts = PostParts()
            parts.mentions = [scene.vera.id]
            try await scene.publish(scene.post(100) { $0.visibility = .direct }, parts)
            return nil
        },
        .init("create-note-in-group") { scene in
            try await scene.publish(
                scene.post(100) {
                    $0.group = scene.garden.id
                    $0.title = "Who has seedlings?"
                })
            return nil
        },
        .init("create-reply-in-group") { scene in
            try await scene.publish(try await scene.replyInGroup(), scene.naming(scene.vera))
            return nil
        },
        .init("update-note-in-group") { scene in
            let post = scene.post(100) {
                $0.group = scene.garden.id
                $0.editedAt = scene.now + .hours(1)
            }
            try await scene.write { tx in
                _ = try Posts.insert(post, PostParts(), in: tx)
                try scene.outbox.update(post.id, in: tx)
            }
            return nil
        },
        .init("delete-note-in-group") { scene in
            let post = scene.post(100) { $0.group = scene.garden.id }
            try await scene.publish(post)
            try await scene.write { tx in try scene.outbox.delete(post, in: tx) }
            return nil
        },
        .init("like-in-group") { scene in
            let post = try await scene.verasPost()
            try await scene.write { tx in _ = try scene.outbox.like(post, by: scene.alice, in: tx) }
            return nil
        },
        .init("undo-like-in-group") { scene in
            let post = try await scene.verasPost()
            try await scene.write { tx in
                _ = try scene.outbox.like(post, by: scene.alice, in: tx)
                _ = try scene.outbox.unlike(post, by: scene.alice, in: tx)
            }
            return nil
        },
        .init("announce") { scene in
            let post = try await scene.verasPost()
            try await scene.write { tx in _ = try scene.outbox.boost(post, by: scene.alice, in: tx) }
            return nil
        },
        .init("create-question") { scene in
            var parts = PostParts()
            parts.poll = Poll(
                options: [.init(title: "Tea"), .init(title: "Coffee")], isMultiple: false,
                expiresAt: scene.now + .days(1))
            try await scene.publish(scene.post(100) { $0.kind = .question }, parts)
            return nil
        },
        .init("update-question-counts") { scene in
            var parts = PostParts()
            parts.poll = Poll(
                options: [.init(title: "Tea"), .init(title: "Coffee")], isMultiple: true,
                expiresAt: scene.now + .days(1))
            let post = scene.post(100) { $0.kind = .question }
            try await scene.write { [parts] tx in
                _ = try Posts.insert(post, parts, in: tx)
                _ = try Polls.vote(for: "Tea", by: scene.vera.id, on: post.id, at: scene.now, in: tx)
                try scene.outbox.tellCounts(of: post.id, in: tx)
            }
            return nil
        },
        .init("create-vote") { scene in
            let post = try await scene.verasPost()
            try await scene.write { tx in try scene.outbox.vote(for: ["Tea"], on: post, by: scene.alice, in: tx) }
            return nil
        },
        .init("create-quote") { scene in
            let quoted = try await scene.verasPost()
            let post = scene.post(101) {
                $0.quote = Quote(iri: quoted.iri, post: quoted.id, state: .pending)
                $0.quotePolicy = .followers
            }
            try await scene.publish(post)
            try await scene.write { tx in try scene.outbox.askToQuote(quoted, in: post, by: scene.alice, in: tx) }
            return nil
        },
        .init("undo-announce") { scene in
            let post = try await scene.verasPost()
            try await scene.write { tx in
                _ = try scene.outbox.boost(post, by: scene.alice, in: tx)
                _ = try scene.outbox.unboost(post, by: scene.alice, in: tx)
            }
            return nil
        },
    ]

    /// Events and the responses to invitations.
    static let events: [OutboundCase] = [
        .init("create-event") { scene in
            _ = try await scene.world.addGroup("agenda")
            let event = scene.event(300)
            try await scene.store(event)
            try await scene.write { tx in try scene.outbox.publish(event.id, in: tx) }
            return nil
        },
        .init("create-comment-on-event") { scene in
            let event = scene.event(300)
            try await scene.store(event)
            try await scene.publish(
                scene.post(101) {
                    $0.event = event.id
                    $0.inReplyToIRI = event.iri
                })
            return nil
        },
        .init("update-event-rescheduled") { scene in
            try await scene.changed { event in
                event.previousStart = event.startsAt
                event.startsAt = event.startsAt + .days(7)
                event.endsAt = event.endsAt + .days(7)
                event.status = .rescheduled
            }
            return nil
        },
        .init("update-event-postponed") { scene in
            try await scene.changed { $0.status = .postponed }
            return nil
        },
        .init("update-event-cancelled") { scene in
            try await scene.changed { $0.status = .cancelled }
            return nil
        },
        .init("join") { scene in
            let event = try await scene.foreignEvent()
            try await scene.write { tx in try scene.outbox.join(event, by: scene.alice, in: tx) }
            return nil
        },
        .init("leave") { scene in
            let event = try await scene.foreignEvent()
            try await scene.write { tx in
                try scene.outbox.join(event, by: scene.alice, in: tx)
                try scene.outbox.leave(event, by: scene.alice, in: tx)
            }
            return nil
        },
        .init("accept-join") { scene in
            try await scene.store(scene.event(300))
            try await scene.join(scene.event(300))
            return nil
        },
        .init("tentativeaccept-join") { scene in
            let event = scene.event(300) { $0.capacity = 1 }
            try await scene.store(event)
            try await scene.seat(scene.alice, at: event)
            try await scene.join(event)
            return nil
        },
        .init("accept-join-after-waiting") { scene in
            let event = scene.event(300) { $0.capacity = 1 }
            try await scene.store(event)
            try await scene.seat(scene.alice, at: event)
            try await scene.join(event)
            try await scene.write { tx in
                let left = try GuestLists.leave(account: scene.alice.id, event: event.id, in: tx)
                try scene.outbox.promote(left.promoted, of: event, in: tx)
            }
            return nil
        },
        .init("reject-join") { scene in
            let event = scene.event(300) { $0.status = .cancelled }
            try await scene.store(event)
            try await scene.join(event)
            return nil
        },
    ]

    /// Actors.
    static let actors: [OutboundCase] = [
        .init("actor-person") { scene in
            var person = scene.alice
            person.header = IRI("https://cafe.example/media/header.png")
            person.fields = [
                ProfileField(
                    name: "Site",
                    value: SanitizedHTML(unchecked: "<a href=\"https://alice.example/\" rel=\"me\">alice.example</a>"))
            ]
            return scene.actor(person)
        },
        .init("actor-group") { scene in scene.actor(scene.garden) },
        .init("actor-application") { scene in
            var node = Account(
                id: ID(1), kind: .application, username: "cafe.example", host: "",
                iri: scene.world.identifiers.instanceActor, displayName: "Café", createdAt: scene.now)
            node.approvesFollowers = true
            return scene.actor(node)
        },
        .init("update-actor") { scene in
            try await scene.write { tx in try scene.outbox.update(scene.alice, in: tx) }
            return nil
        },
        .init("delete-actor") { scene in
            try await scene.write { tx in try scene.outbox.delete(scene.alice, in: tx) }
            return nil
        },
    ]
}

extension OutboundScene {
    /// A public post by Vera in the garden group.
    func verasPost() async throws -> Post {
        var post = Post(
            id: ID(90), iri: try address("https://prairie.example/users/vera/statuses/90"), author: vera.id,
            content: .init(unchecked: "<p>First strawberries</p>"), visibility: .everyone, publishedAt: now,
            isLocal: false)
        post.group = garden.id
        let stored = post
        try await write { tx in _ = try Posts.insert(stored, PostParts(), in: tx) }
        return post
    }

    /// A reply by Alice to Vera's post, not yet stored.
    func replyInGroup() async throws -> Post {
        let parent = try await verasPost()
        return post(101) {
            $0.group = garden.id
            $0.inReplyTo = parent.id
            $0.inReplyToIRI = parent.iri
            $0.thread = parent.id
        }
    }

    func naming(_ account: Account) -> PostParts {
        var parts = PostParts()
        parts.mentions = [account.id]
        return parts
    }

    /// Gives an account a seat at an event.
    func seat(_ account: Account, at event: Event) async throws {
        let join = world.identifiers.activity(ID(7))
        let guest = Guest(account: account.id, event: event.id, state: .asked, join: join, requestedAt: now)
        try await write { tx in _ = try GuestLists.requestToJoin(guest, rank: 1, in: tx) }
    }
}
