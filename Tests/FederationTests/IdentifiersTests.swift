// SPDX-License-Identifier: Apache-2.0

import Federation
import Model
import Storage
import Testing
import Vocabulary

@Suite("identifiers of this node")
struct IdentifiersTests {
    static let identifiers = IRI("https://cafe.example:8443/ignored").map { LocalIdentifiers(origin: $0) }
    static let origin = "https://cafe.example:8443"

    static func things() throws -> [(String, LocalResource)] {
        let ana = try iri(origin + "/users/ana")
        let cafe = try iri(origin + "/groups/cafe")
        let node = try iri(origin + "/actor")
        return [
            ("/users/ana", .person("ana")), ("/groups/cafe", .group("cafe")), ("/actor", .instanceActor),
            ("/@ana", .profile("ana")), ("/users/ana#main-key", .key(of: ana)), ("/inbox", .sharedInbox),
            ("/actor#main-key", .key(of: node)), ("/actor/inbox", .inbox(of: node)),
            ("/users/ana/inbox", .inbox(of: ana)), ("/users/ana/outbox", .outbox(of: ana)),
            ("/users/ana/followers", .followers(of: ana)), ("/users/ana/following", .following(of: ana)),
            ("/users/ana/collections/featured", .featured(of: ana)),
            ("/groups/cafe/collections/moderators", .moderators(of: cafe)),
            ("/groups/cafe/collections/upcoming", .upcoming(of: cafe)),
            ("/posts/7", .post(ID(7))), ("/posts/7/replies", .replies(ID(7))), ("/posts/7/context", .context(ID(7))),
            ("/events/8", .event(ID(8))), ("/events/8/attendees", .attendees(ID(8))),
            ("/events/8/replies", .eventReplies(ID(8))), ("/activities/9", .activity(ID(9))),
            ("/tags/swift", .hashtag("swift")),
        ]
    }

    @Test("an identifier of ours is read back as what it names")
    func parse() throws {
        let identifiers = try #require(Self.identifiers)
        for (path, thing) in try Self.things() {
            #expect(identifiers.parse(try iri(Self.origin + path)) == thing, "\(path)")
        }
    }

    @Test("what is built is what is read")
    func build() throws {
        let ours = try #require(Self.identifiers)
        let ana = ours.person("ana")
        #expect(ours.parse(ours.followers(of: ana)) == .followers(of: ana))
        #expect(ours.parse(ours.featured(of: ana)) == .featured(of: ana))
        #expect(ours.parse(ours.moderators(of: ours.group("cafe"))) == .moderators(of: ours.group("cafe")))
        #expect(ours.parse(ours.keyID(of: ana)) == .key(of: ana))
        #expect(ours.parse(ours.post(ID(5))) == .post(ID(5)))
        #expect(ours.parse(ours.activity(ID(5))) == .activity(ID(5)))
        #expect(ours.parse(ours.attendees(ID(5))) == .attendees(ID(5)))
        #expect(ours.parse(ours.hashtag("swift")) == .hashtag("swift"))
        #expect(ours.parse(ours.page(of: Handle(name: "ana", host: ""))) == .profile("ana"))
        #expect(ours.host == "cafe.example:8443")
        #expect(ours.sharedInbox.string == "https://cafe.example:8443/inbox")
    }

    @Test(
        "an identifier that is not exactly ours names nothing",
        arguments: [
            "http://cafe.example:8443/users/ana", "https://cafe.example/users/ana", "https://evil.test:8443/users/ana",
            "https://cafe.example:8443/users/ana/", "https://cafe.example:8443//users/ana",
            "https://cafe.example:8443/users/a%2Fb", "https://cafe.example:8443/users/alice/..%2f",
            "https://cafe.example:8443/users/", "https://cafe.example:8443/posts/+7",
            "https://cafe.example:8443/posts/-7", "https://cafe.example:8443/posts/07a",
            "https://cafe.example:8443/posts/99999999999999999999", "https://cafe.example:8443/posts/7?x=1",
            "https://cafe.example:8443/users/ana#other", "https://cafe.example:8443/posts/7#main-key",
            "https://cafe.example:8443/", "https://cafe.example:8443/users/ana/secrets",
        ])
    func nothing(_ text: String) throws {
        let identifiers = try #require(Self.identifiers)
        #expect(identifiers.parse(try iri(text)) == nil)
    }

    @Test("whatever is of our origin is ours, whether it exists or not")
    func origins() throws {
        let identifiers = try #require(Self.identifiers)
        #expect(identifiers.isLocal(try iri("https://CAFE.example:8443/anything")))
        #expect(!identifiers.isLocal(try iri("https://cafe.example/users/ana")))
        #expect(!identifiers.isLocal(try iri("https://sub.cafe.example:8443/users/ana")))
    }

    @Test("each refusal has its own word, and only what may pass is called temporary")
    func refusals() {
        let all: [FederationError] = [
            .fetch(.gone), .fetch(.notFound), .fetch(.forbiddenAddress(host: "x")), .fetch(.malformed), .notAnActor,
            .notAPost, .wrongOrigin("inbox"), .ownerMismatch, .identifierMismatch, .keyMismatch, .handleMismatch,
            .localIdentifier, .tooLong("keyId"), .blockedHost, .tombstoned, .tooManyFetches, .storage,
        ]
        #expect(Set(all.map(\.code)).count == all.count)
        #expect(FederationError.fetch(.unavailable(status: 503)).isTemporary)
        #expect(!FederationError.fetch(.gone).isTemporary)
        #expect(!FederationError.ownerMismatch.isTemporary)
    }
}
