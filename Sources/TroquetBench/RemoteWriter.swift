// SPDX-License-Identifier: Apache-2.0

internal import CivilDates
internal import HTTPSignatures
internal import Model
internal import NIOCore
internal import Vocabulary

/// A person of another node, who writes into a group of ours.
struct RemoteWriter: Sendable {
    let name: String
    let iri: IRI
    let key: PrivateKey

    /// Makes the person and lets the person's node serve the documents by which it is known.
    init(name: String, authority: String, in world: PeerWorld) throws {
        guard let iri = IRI("http://\(authority)/users/\(name)") else {
            throw BenchError("\(authority) is no authority.")
        }
        self.name = name
        self.iri = iri
        key = try PrivateKey.generateRSA()
        world.serve(ByteBuffer(bytes: actor.serialized()), at: "\(authority)/users/\(name)")
        let directory: JSON = [
            "subject": .string("acct:\(name)@\(authority)"),
            "links": [["rel": "self", "type": "application/activity+json", "href": .string(iri.string)]],
        ]
        world.serve(ByteBuffer(bytes: directory.serialized()), at: "\(authority)/.well-known/webfinger")
    }

    /// Makes a person whom the node knows already, so that no document is served.
    init(name: String, authority: String, key: PrivateKey) throws(BenchError) {
        guard let iri = IRI("http://\(authority)/users/\(name)") else {
            throw BenchError("\(authority) is no authority.")
        }
        (self.name, self.iri, self.key) = (name, iri, key)
    }

    var keyID: String { iri.string + "#main-key" }

    private var actor: JSON {
        [
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
            "id": .string(iri.string), "type": "Person", "preferredUsername": .string(name),
            "name": .string(name), "inbox": .string(iri.string + "/inbox"),
            "outbox": .string(iri.string + "/outbox"), "followers": .string(iri.string + "/followers"),
            "endpoints": ["sharedInbox": .string(iri.origin + "/inbox")],
            "publicKey": [
                "id": .string(keyID), "owner": .string(iri.string), "publicKeyPem": .string(key.publicKey.pem),
            ],
        ]
    }

    // MARK: - What it says

    /// The writer's `number`th note: an answer to `parent`, or a new discussion in `group`.
    func create(_ number: Int, in group: IRI, replyingTo parent: IRI?) -> OutgoingActivity {
        let published = JSON.string(Dates.iso(SystemClock().now.milliseconds))
        let audience: [(String, JSON)] = [
            ("to", .string(IRI.asPublic.string)), ("cc", [.string(group.string), .string(iri.string + "/followers")]),
        ]
        let text = "Ça avance bien, on garde la terrasse pour samedi et on se retrouve vers dix heures. (\(number))"
        var note: [(String, JSON)] = [
            ("id", .string(self.note(number).string)), ("type", "Note"), ("attributedTo", .string(iri.string)),
            ("content", .string("<p><a href=\"\(group)\" class=\"mention\">@salon</a> \(text)</p>")),
            ("published", published), ("audience", .string(group.string)),
            ("tag", [["type": "Mention", "href": .string(group.string), "name": "@salon"]]),
        ]
        note += audience
        if let parent { note.append(("inReplyTo", .string(parent.string))) }
        let activity: [(String, JSON)] = [
            ("object", .object(JSON.Object(note))), ("published", published), ("audience", .string(group.string)),
        ]
        return makeActivity("Create", number, activity + audience)
    }

    /// The writer's thanks for an earlier note.
    func like(_ number: Int, of earlier: Int) -> OutgoingActivity {
        makeActivity("Like", number, [("object", .string(note(earlier).string))])
    }

    /// The writer's thanks for a post of somebody else.
    func like(_ object: IRI) -> OutgoingActivity { makeActivity("Like", 1, [("object", .string(object.string))]) }

    private func note(_ number: Int) -> IRI { iri.appending(path: "notes/\(number)") }

    private func makeActivity(_ type: String, _ number: Int, _ rest: [(String, JSON)]) -> OutgoingActivity {
        let id = iri.appending(path: "activities/\(number)")
        let head: [(String, JSON)] = [
            ("@context", "https://www.w3.org/ns/activitystreams"), ("id", .string(id.string)),
            ("type", .string(type)), ("actor", .string(iri.string)),
        ]
        return OutgoingActivity(id: id, body: JSON.object(JSON.Object(head + rest)).serialized())
    }

    /// The saying as a signed request to the node's shared inbox, whole.
    ///
    /// - Parameter address: where the request comes from, as a proxy would say it.
    func signed(_ outgoing: OutgoingActivity, to origin: IRI, from address: String? = nil) throws -> ByteBuffer {
        var head = RequestHead(
            method: "POST", target: "/inbox", authority: origin.authority, scheme: origin.scheme,
            headers: [(name: "content-type", value: "application/activity+json")])
        try Signer.sign(&head, body: outgoing.body, keyID: keyID, key: key, now: SystemClock().now.milliseconds)
        var text = "POST /inbox HTTP/1.1\r\n"
        for header in head.headers { text += "\(header.name): \(header.value)\r\n" }
        if let address { text += "x-forwarded-for: \(address)\r\n" }
        text += "content-length: \(outgoing.body.count)\r\n\r\n"
        var buffer = ByteBuffer(string: text)
        buffer.writeBytes(outgoing.body)
        return buffer
    }
}

/// An activity of another node.
struct OutgoingActivity: Sendable {
    let id: IRI
    let body: [UInt8]
}
