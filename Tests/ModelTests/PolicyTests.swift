// SPDX-License-Identifier: Apache-2.0

import Model
import Testing

@Suite("Who may read")
struct VisibilityTests {
    @Test("visibilities go from the named few to everyone")
    func order() {
        #expect(Visibility.allCases.sorted() == [.direct, .followers, .unlisted, .everyone])
        #expect(Visibility.allCases.filter(\.isOpen).sorted() == [.unlisted, .everyone])
    }

    private static let relations: [PostRelation] = (0..<16).map { bits in
        PostRelation(
            isAuthor: bits & 1 != 0, followsAuthor: bits & 2 != 0, isMentioned: bits & 4 != 0, isBlocked: bits & 8 != 0)
    }

    @Test(
        "a stranger, a follower and one who is named read what is meant for them",
        arguments: [
            (.everyone, true, true, true), (.unlisted, true, true, true), (.followers, false, true, true),
            (.direct, false, false, true),
        ] as [(Visibility, Bool, Bool, Bool)])
    func table(visibility: Visibility, stranger: Bool, follower: Bool, named: Bool) {
        var relation = PostRelation.stranger
        #expect(PostPolicy.mayRead(visibility, as: relation) == stranger)
        relation.followsAuthor = true
        #expect(PostPolicy.mayRead(visibility, as: relation) == follower)
        relation = .stranger
        relation.isMentioned = true
        #expect(PostPolicy.mayRead(visibility, as: relation) == named)
    }

    @Test("an author reads all of one's own, a blocked one nothing", arguments: Visibility.allCases)
    func ends(visibility: Visibility) {
        for relation in Self.relations {
            if relation.isAuthor { #expect(PostPolicy.mayRead(visibility, as: relation)) }
            if relation.isBlocked, !relation.isAuthor { #expect(!PostPolicy.mayRead(visibility, as: relation)) }
        }
    }

    @Test(
        "a boost never widens: what strangers may not read is boosted by its author to the same followers only",
        arguments: Visibility.allCases)
    func boost(visibility: Visibility) {
        for relation in Self.relations where PostPolicy.mayBoost(visibility, as: relation) {
            let isOwn = visibility == .followers && relation.isAuthor
            #expect(PostPolicy.mayRead(visibility, as: .stranger) || isOwn)
            #expect(PostPolicy.mayRead(visibility, as: relation))
        }
        for wanted in Visibility.allCases {
            let shown = PostPolicy.boostVisibility(wanted: wanted, of: visibility)
            #expect(visibility.isOpen ? shown == max(wanted, .followers) : shown == visibility)
        }
        #expect(PostPolicy.mayBoost(visibility, as: .stranger) == visibility.isOpen)
    }

    @Test("whoever may not read may not answer", arguments: Visibility.allCases)
    func answer(visibility: Visibility) {
        for relation in Self.relations {
            #expect(
                PostPolicy.mayReply(visibility, as: relation) == PostPolicy.mayRead(visibility, as: relation))
        }
    }

    @Test("an answer is never wider than what it answers, nor than it was wanted")
    func narrowing() {
        for wanted in Visibility.allCases {
            for parent in Visibility.allCases {
                let given = PostPolicy.replyVisibility(wanted: wanted, parent: parent)
                #expect(given <= wanted && given <= parent && (given == wanted || given == parent))
            }
        }
    }

    @Test("a narrower post is read by nobody who could not read the wider one")
    func monotonic() {
        for relation in Self.relations {
            let readable = Visibility.allCases.sorted().map { PostPolicy.mayRead($0, as: relation) }
            #expect(readable == readable.sorted { !$0 && $1 })
        }
    }
}

@Suite("Hosts")
struct PeerPolicyTests {
    @Test(
        "policy and mode decide together who speaks and who is listed",
        arguments: [
            (.open, "unset+ allowed+ limited- blocked"), (.quarantine, "unset- allowed+ limited- blocked"),
            (.allowlist, "unset allowed+ limited blocked"), (.off, "unset allowed limited blocked"),
        ] as [(FederationMode, String)])
    func table(mode: FederationMode, expected: String) {
        // A policy name alone means not admitted; `-` means admitted but not listed; `+` means admitted and listed.
        let told = PeerPolicy.allCases.map { policy in
            policy.rawValue + (mode.lists(policy) ? "+" : mode.admits(policy) ? "-" : "")
        }
        #expect(told.joined(separator: " ") == expected)
    }

    @Test("nothing is listed that is not admitted", arguments: FederationMode.allCases)
    func listed(mode: FederationMode) {
        for policy in PeerPolicy.allCases where mode.lists(policy) { #expect(mode.admits(policy)) }
    }
}

@Suite("Lives of things")
struct LifecycleTests {
    @Test(
        "an event's status goes only where its graph leads",
        arguments: [
            (.scheduled, [.rescheduled, .postponed, .cancelled]),
            (.rescheduled, [.rescheduled, .postponed, .cancelled]), (.postponed, [.rescheduled, .cancelled]),
            (.tentative, [.scheduled, .rescheduled, .postponed, .cancelled]), (.cancelled, []),
        ] as [(EventStatus, Set<EventStatus>)])
    func events(status: EventStatus, successors: Set<EventStatus>) {
        #expect(status.successors == successors)
    }

    @Test("every status but the last one leads to it, and none leads out of it")
    func cancelled() {
        for status in EventStatus.allCases {
            #expect(status.successors.contains(.cancelled) == (status != .cancelled))
        }
        #expect(EventStatus.allCases.filter { !$0.takesGuests } == [.postponed, .cancelled])
    }

    @Test(
        "a follow goes only where its graph leads",
        arguments: [
            (.requested, [.accepted, .rejected]), (.accepted, [.rejected]), (.rejected, [.requested, .accepted]),
        ] as [(Follow.State, Set<Follow.State>)])
    func follows(state: Follow.State, successors: Set<Follow.State>) {
        #expect(state.successors == successors)
    }

    @Test("roles go from less power to more")
    func roles() {
        #expect(Role.allCases.sorted() == [.member, .moderator, .steward])
    }

    @Test("a point on the map is within its bounds")
    func coordinates() {
        #expect(Coordinates(latitude: 90, longitude: -180) != nil)
        #expect(Coordinates(latitude: 90.1, longitude: 0) == nil)
        #expect(Coordinates(latitude: 0, longitude: 180.1) == nil)
        #expect(Coordinates(latitude: .nan, longitude: 0) == nil)
        #expect(Coordinates(latitude: .infinity, longitude: 0) == nil)
    }

    @Test("a place is told on one line without its empty parts")
    func place() {
        let place = Place(name: "Le Comptoir", locality: "Lyon", postalCode: "69001")
        #expect(place.line == "Le Comptoir, 69001 Lyon")
        #expect(Place(name: "").line == "")
    }
}
