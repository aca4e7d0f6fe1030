// SPDX-License-Identifier: Apache-2.0

import Foundation
import Model
import Services
import TestSupport
import Testing
import Vocabulary

@testable import Troquet

extension Stories {
    /// Records what two nodes send to each other in a story.
    @Suite("The transcript")
    struct TranscriptStory {
        private static let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../federation-specs/transcripts/two-nodes.txt").standardized

        @Test("two nodes say what the transcript says; GOLDEN=write writes it anew")
        func transcript() async throws {
            let recorder = Recorder()
            var plans = [NodePlan(), NodePlan(address: "127.0.0.3")]
            for index in plans.indices { plans[index].recorder = recorder }
            try await withNodes(plans) { nodes in
                var tale = TranscriptRun(nodes[0], nodes[1], recorder)
                try await tale.play()
                let transcript = tale.transcript
                if ProcessInfo.processInfo.environment["GOLDEN"] == "write" {
                    try transcript.text.write(to: Self.file, atomically: true, encoding: .utf8)
                    return
                }
                let known = try String(contentsOf: Self.file, encoding: .utf8)
                #expect(transcript.messages == Transcript.messages(of: known))
            }
        }
    }
}

/// Anna at B follows a group at A, takes part in a discussion and attends an event.
private struct TranscriptRun {
    let a: TestNode
    let b: TestNode
    let recorder: Recorder
    var transcript: Transcript
    private var told = 0

    init(_ a: TestNode, _ b: TestNode, _ recorder: Recorder) {
        (self.a, self.b, self.recorder) = (a, b, recorder)
        transcript = Transcript(a: a, b: b)
    }

    mutating func play() async throws {
        let paul = try await a.member("paul", role: .moderator)
        let group = try await a.group("jardin", founder: paul.id)
        let anna = try await b.member("anna")
        try await b.follow(group, of: a, as: anna)
        try await end("Anna at B follows the group Jardin at A")

        let root = try await a.post("Qui vient samedi ?", title: "Ménage", in: group, as: paul)
        try await end("Paul at A starts a discussion in the group")
        let copy = try #require(try await b.post(root.iri))
        var draft = PostDraft(text: "Moi !")
        draft.inReplyTo = copy.id
        _ = try await b.services.publishPost(draft, as: .member(anna.id))
        try await end("Anna answers")
        try await b.services.likePost(copy.id, as: .member(anna.id))
        try await b.services.boostPost(copy.id, as: .member(anna.id))
        try await end("Anna likes and boosts what Paul wrote")
        try await a.services.editPost(root.id, title: "Ménage", text: "Qui vient dimanche ?", as: .member(paul.id))
        try await end("Paul corrects it")
        try await a.services.deletePost(root.id, as: .member(paul.id))
        try await end("Paul deletes it")

        let event = try await a.plan("Chantier", in: group, seats: 1, as: paul)
        try await end("Paul plans an event with one seat")
        try await meet(event, paul: paul, anna: anna)
        let target = try #require(try await b.account(group.iri))
        try await b.services.unfollow(target.id, as: .member(anna.id))
        try await end("Anna unfollows the group")
    }

    private mutating func meet(_ event: Event, paul: Account, anna: Account) async throws {
        let copy = try #require(try await b.event(event.iri))
        _ = try await a.services.joinEvent(event.id, as: .member(paul.id))
        _ = try await b.services.joinEvent(copy.id, as: .member(anna.id))
        try await end("Paul took the seat, Anna waits")
        try await a.services.leaveEvent(event.id, as: .member(paul.id))
        try await end("Paul gives it up, Anna gets it")
        var draft = EventDraft(
            group: event.owner, title: "Grand chantier", startsAt: event.startsAt + .hours(1),
            endsAt: event.endsAt + .hours(1), timeZone: event.timeZone)
        draft.capacity = 1
        try await a.services.changeEvent(event.id, draft, as: .member(paul.id))
        try await end("Paul moves it by an hour")
        try await b.services.leaveEvent(copy.id, as: .member(anna.id))
        try await end("Anna does not come after all")
        try await a.services.cancelEvent(event.id, as: .member(paul.id))
        try await end("Paul cancels it")
    }

    /// Waits until all queues are empty, and ends the chapter.
    private mutating func end(_ title: String) async throws {
        try await settle([a, b])
        let exchanges = recorder.exchanges
        let number = transcript.chapters.count + 1
        transcript.chapters.append(
            Transcript.TranscriptSection(title: "\(number). \(title)", exchanges: Array(exchanges.dropFirst(told))))
        told = exchanges.count
    }
}
