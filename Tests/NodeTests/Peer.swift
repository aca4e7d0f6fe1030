// SPDX-License-Identifier: Apache-2.0

import HTTPSignatures
import Model
import TestSupport
import Vocabulary

/// One actor on a server that is not a Troquet node: it serves its document and records what it receives.
struct Peer: Sendable {
    let server: LoopbackServer
    let key: PrivateKey
    var iri: String { "\(server.origin)/users/rosa" }
    var keyID: String { "\(iri)#main-key" }

    /// - Parameter showsKey: whether the actor's document can be fetched.
    static func start(at address: String = "127.0.0.9", showsKey: Bool = true) async throws -> Peer {
        let key = try PrivateKey.generateRSA(bits: 2048)
        let pem = key.publicKey.pem
        let server = try await LoopbackServer.start(address) { request in
            guard request.method == "GET" else { return LoopbackResponse(202) }
            guard showsKey else { return LoopbackResponse(404) }
            let origin = "http://\(request["host"] ?? "")"
            if request.target == "/users/rosa" {
                return .text(actor(origin, pem: pem).serializedText(), type: "application/activity+json")
            }
            guard request.target.hasPrefix("/.well-known/webfinger?") else { return LoopbackResponse(404) }
            return .text(webFinger(origin).serializedText(), type: "application/jrd+json")
        }
        return Peer(server: server, key: key)
    }

    /// The activities of a type that it received.
    func heard(_ type: String) -> [Document] {
        server.requests.filter { $0.method == "POST" }
            .compactMap { (try? JSON.parse($0.body)).flatMap { Document($0) } }.filter { $0.type == type }
    }

    /// An activity of this actor.
    func activity(_ type: String, _ number: Int, object: String) -> [UInt8] {
        let json: JSON = [
            "@context": "https://www.w3.org/ns/activitystreams", "id": .string("\(iri)/\(type)/\(number)"),
            "type": .string(type), "actor": .string(iri), "object": .string(object),
        ]
        return json.serialized()
    }

    /// A request to the shared inbox of a node, signed with this actor's key.
    func request(
        _ body: [UInt8], to host: String, scheme: SignatureScheme = .cavage, at now: Timestamp = SystemClock().now,
        mediaType: String = "application/activity+json"
    ) throws -> SignedRequest {
        var head = RequestHead(
            method: "POST", target: "/inbox", authority: host, scheme: "http",
            headers: [(name: "content-type", value: mediaType)])
        try Signer.sign(&head, body: body, keyID: keyID, key: key, scheme: scheme, now: now.milliseconds)
        return SignedRequest(host: host, headers: head.headers, body: body)
    }

    private static func actor(_ origin: String, pem: String) -> JSON {
        let iri = "\(origin)/users/rosa"
        return [
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"], "id": .string(iri),
            "type": "Person", "preferredUsername": "rosa", "inbox": .string("\(iri)/inbox"),
            "outbox": .string("\(iri)/outbox"), "followers": .string("\(iri)/followers"),
            "publicKey": ["id": .string("\(iri)#main-key"), "owner": .string(iri), "publicKeyPem": .string(pem)],
        ]
    }

    private static func webFinger(_ origin: String) -> JSON {
        [
            "subject": .string("acct:rosa@\(origin.dropFirst("http://".count))"),
            "links": [
                [
                    "rel": "self", "type": "application/activity+json", "href": .string("\(origin)/users/rosa"),
                ]
            ],
        ]
    }
}

/// An HTTP request that a test can change before it is sent.
struct SignedRequest: Sendable {
    var method = "POST"
    var target = "/inbox"
    /// The host to which it is sent, whatever its `Host` header says.
    let host: String
    var headers: [(name: String, value: String)]
    var body: [UInt8]

    /// The first value of a header.
    subscript(name: String) -> String {
        get { headers.first { $0.name == name }?.value ?? "" }
        set {
            guard let index = headers.firstIndex(where: { $0.name == name }) else {
                return headers.append((name: name, value: newValue))
            }
            headers[index].value = newValue
        }
    }

    /// Removes a header.
    mutating func remove(_ name: String) {
        headers.removeAll { $0.name == name }
    }

    /// Replaces a part of a header.
    mutating func replace(_ part: String, with other: String, in name: String) {
        guard let range = self[name].firstRange(of: part) else { return }
        self[name].replaceSubrange(range, with: other)
    }

    /// Sends the request unchanged.
    func send() async throws -> TestResponse {
        try await TestHTTPClient.send(
            method, "http://\(host)\(target)", headers: headers.map { ($0.name, $0.value) }, body: body)
    }
}

extension TestResponse {
    /// The stable code of an error response.
    var code: String? { (try? JSON.parse(body))?["error"]?.string }
}
