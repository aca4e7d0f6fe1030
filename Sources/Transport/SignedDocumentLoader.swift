// SPDX-License-Identifier: Apache-2.0

public import HTTPSignatures
internal import Limits
public import Logging
public import Model
internal import TextEncoding
public import Vocabulary

/// Fetches documents of other servers. Requests are signed by the instance actor. For each purpose, at most two run at
/// the same time for one host; the client limits them in total and for each network.
///
/// At most three redirects are followed. Each hop is resolved, checked and signed again. The errors `.gone`,
/// `.notFound` and `.refused` are remembered, so that the same request is not repeated at once.
public struct SignedDocumentLoader: DocumentLoader {
    /// Gives the key with which the instance actor signs.
    public typealias SignerSource = @Sendable () async throws -> (keyID: String, key: PrivateKey)
    /// Whether this node may contact a host, given with its port if any.
    public typealias Admission = @Sendable (String) async -> Bool

    private static let accept =
        "application/activity+json, application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\""
    private static let redirectLimit = 3
    /// How long a host inside the insecure blocks may take to answer a WebFinger request over https.
    private static let secureTime = Duration.seconds(2)

    private let client: OutboundClient
    private let signer: SignerSource
    private let admits: Admission
    private let clock: any Model.Clock
    private let logger: Logger
    private let patience: Duration
    private let onSuccess: @Sendable (String) async -> Void
    private var purpose = FetchPurpose.member
    /// Limits concurrent fetches from one host. A remote user who mentions a thousand URLs must not make this node open
    /// a thousand connections to one victim.
    private let hosts = PlacesByPurpose<String> { _ in
        LentPlaces(AsyncSemaphore(limit: 512, perKey: 2, waiterLimit: 512, waitersPerKey: 64))
    }
    private let memory = FetchMemory()

    /// - Parameters:
    ///   - signer: called for every request; it should cache the key.
    ///   - admits: called for every hop.
    ///   - patience: how long one document may take, including the wait for the semaphore and redirects.
    ///   - onSuccess: called with each host that has answered a request with what was asked for.
    public init(
        client: OutboundClient, signer: @escaping SignerSource, admits: @escaping Admission,
        clock: any Model.Clock = SystemClock(), logger: Logger, patience: Duration = .seconds(30),
        onSuccess: @escaping @Sendable (String) async -> Void = { _ in }
    ) {
        self.client = client
        self.signer = signer
        self.admits = admits
        self.clock = clock
        self.logger = logger
        self.patience = patience
        self.onSuccess = onSuccess
    }

    /// The same loader for another purpose. It shares its memory and the limits with this one.
    public func serving(_ purpose: FetchPurpose) -> any DocumentLoader {
        var other = self
        other.purpose = purpose
        return other
    }

    /// Fetches the document at `id`. The fragment of `id` is not sent.
    ///
    /// For a member, who may have copied the address of a page, the link of the page to its document is followed when
    /// both have the same origin.
    public func load(_ id: IRI) async throws(FetchError) -> RemoteDocument {
        let address = id.withoutFragment
        return try await remembering(address.string) { () async throws(FetchError) in
            let deadline = ContinuousClock.now + self.patience
            let question = Question(address: address, accept: Self.accept, isSigned: true)
            let response = try await self.follow(question, until: deadline)
            guard self.purpose == .member, !ActivityMediaType.matches(response.headers["content-type"]),
                let elsewhere = AlternateLink.address(in: response), elsewhere != response.finalIRI.withoutFragment
            else { return try await self.document(response, until: deadline) }
            let other = Question(address: elsewhere, accept: Self.accept, isSigned: true)
            return try await self.document(try await self.follow(other, until: deadline), until: deadline)
        }
    }

    /// The document in a response.
    ///
    /// Some servers send `application/ld+json` without the profile of ActivityStreams, perhaps only when we say that we
    /// accept it. Such a document is accepted when its id is the address that was asked. Otherwise the server is asked
    /// once more, for `application/activity+json` alone.
    private func document(
        _ response: OutboundResponse, until deadline: ContinuousClock.Instant
    ) async throws(FetchError) -> RemoteDocument {
        let type = response.headers["content-type"] ?? ""
        if ActivityMediaType.matches(type) { return try Self.read(response) }
        guard ActivityMediaType.isLinkedDataWithoutProfile(type) else {
            throw .wrongMediaType(String(type.prefix(128)))
        }
        let address = response.finalIRI.withoutFragment
        if let known = try? Self.read(response), known.document.id?.withoutFragment == address { return known }
        let again = Question(address: address, accept: ActivityMediaType.activity, isSigned: true)
        let second = try await follow(again, until: deadline)
        guard ActivityMediaType.matches(second.headers["content-type"]) else {
            throw .wrongMediaType(String((second.headers["content-type"] ?? "").prefix(128)))
        }
        return try Self.read(second)
    }

    private static func read(_ response: OutboundResponse) throws(FetchError) -> RemoteDocument {
        guard let document = Document(try json(response)) else { throw .malformed }
        return RemoteDocument(finalURL: response.finalIRI, document: document)
    }

    /// Fetches the WebFinger document of `acct:name@host`. After a 404 the host-meta document of the host is tried
    /// once.
    public func webfinger(_ name: String, host: String) async throws(FetchError) -> JSON {
        guard let (name, host) = WebFinger.parse(account: "\(name)@\(host)") else { throw .malformed }
        let resource = "acct:\(name.percentEncoded)@\(host)"
        return try await remembering(resource) { () async throws(FetchError) in
            let deadline = ContinuousClock.now + self.patience
            return try await self.secureFirst(host, until: deadline) { origin, deadline async throws(FetchError) in
                try await self.ask(origin, about: resource, until: deadline)
            }
        }
    }

    /// Asks a host over https. In the networks that are opened for tests, a host that does not speak TLS is asked over plain
    /// http, too.
    private func secureFirst(
        _ host: String, until deadline: ContinuousClock.Instant,
        ask: (_ origin: String, _ deadline: ContinuousClock.Instant) async throws(FetchError) -> JSON
    ) async throws(FetchError) -> JSON {
        guard await client.isOpened(host: host, for: purpose) else { return try await ask("https://" + host, deadline) }
        if !memory.isPlain(host, now: clock.now) {
            do throws(FetchError) {
                return try await ask("https://" + host, min(deadline, .now + Self.secureTime))
            } catch .unavailable(status: nil), .malformed {
                // No TLS is spoken there.
            }
        }
        let found = try await ask("http://" + host, deadline)
        memory.learnPlain(host, now: clock.now)
        return found
    }

    private func ask(
        _ origin: String, about resource: String, until deadline: ContinuousClock.Instant
    ) async throws(FetchError) -> JSON {
        guard let address = IRI("\(origin)/.well-known/webfinger?resource=\(resource)") else { throw .malformed }
        do throws(FetchError) {
            return try await ask(address, until: deadline)
        } catch {
            guard error == .notFound else { throw error }
            return try await askElsewhere(origin: origin, resource: resource, until: deadline)
        }
    }

    /// Fetches the NodeInfo document of a host. Both requests together may take some seconds only, because a delivery may
    /// wait for them.
    public func nodeInfo(of host: String) async throws(FetchError) -> JSON {
        try await remembering("nodeinfo:\(host)") { () async throws(FetchError) in
            let deadline = ContinuousClock.now + min(self.patience, .seconds(8))
            return try await self.secureFirst(host, until: deadline) { origin, deadline async throws(FetchError) in
                guard let address = IRI(origin + "/.well-known/nodeinfo") else { throw .malformed }
                let links = try await self.askForJSON(address, until: deadline)
                guard let document = NodeInfo.link(in: links), document.scheme == "https" || address.scheme == "http"
                else { throw .notFound }
                return try await self.askForJSON(document, until: deadline)
            }
        }
    }

    private func askForJSON(_ address: IRI, until deadline: ContinuousClock.Instant) async throws(FetchError) -> JSON {
        let question = Question(address: address, accept: "application/json", isSigned: false)
        let response = try await follow(question, until: deadline)
        let type = MediaType(response.headers["content-type"] ?? "").name
        guard type == "application/json" || type.hasSuffix("+json") else {
            throw .wrongMediaType(String(type.prefix(128)))
        }
        return try Self.json(response)
    }

    private func ask(_ address: IRI, until deadline: ContinuousClock.Instant) async throws(FetchError) -> JSON {
        let question = Question(address: address, accept: "application/jrd+json, application/json", isSigned: false)
        let response = try await follow(question, until: deadline)
        let type = MediaType(response.headers["content-type"] ?? "")
        guard type.name == "application/jrd+json" || type.name == "application/json" else {
            throw .wrongMediaType(String(type.name.prefix(128)))
        }
        return try Self.json(response)
    }

    private func askElsewhere(
        origin: String, resource: String, until deadline: ContinuousClock.Instant
    ) async throws(FetchError) -> JSON {
        guard let address = IRI(origin + "/.well-known/host-meta") else { throw .malformed }
        let question = Question(address: address, accept: HostMeta.accept, isSigned: false)
        let response = try await follow(question, until: deadline)
        guard let elsewhere = HostMeta.address(in: response.body, resource: resource) else { throw .notFound }
        guard elsewhere.scheme == "https" || address.scheme == "http" else { throw .tooManyRedirects }
        return try await ask(elsewhere, until: deadline)
    }

    private func remembering<Value: Sendable>(
        _ question: String, _ fetch: () async throws(FetchError) -> Value
    ) async throws(FetchError) -> Value {
        if let refusal = memory.refusal(of: question, now: clock.now) { throw refusal }
        do throws(FetchError) {
            return try await fetch()
        } catch {
            memory.remember(error, of: question, now: clock.now)
            logger.debug("fetch failed", metadata: ["object.iri": "\(question)", "error.kind": "\(error)"])
            throw error
        }
    }

    private static func json(_ response: OutboundResponse) throws(FetchError) -> JSON {
        do throws(JSONError) {
            return try JSON.parse(response.body)
        } catch {
            throw .malformed
        }
    }
}

// MARK: - Hops

extension SignedDocumentLoader {
    private struct Question: Sendable {
        var address: IRI
        var accept: String
        var isSigned: Bool
    }

    /// How one request is signed.
    private struct SignatureAttempt: Equatable {
        var scheme: SignatureScheme
        var coversQuery: Bool
    }

    /// Sends a request and follows redirects until a response is none.
    private func follow(
        _ question: Question, until deadline: ContinuousClock.Instant
    ) async throws(FetchError) -> OutboundResponse {
        var question = question
        for _ in 0...Self.redirectLimit {
            let response = try await visit(question, until: deadline)
            guard Redirect.statuses.contains(response.status) else {
                let checked = try Self.checked(response)
                await onSuccess(question.address.authority)
                return checked
            }
            guard let location = response.headers["location"],
                let next = Redirect.target(location, from: question.address)
            else { throw .malformed }
            guard next.scheme == "https" || question.address.scheme == "http" else { throw .tooManyRedirects }
            question.address = next
        }
        throw .tooManyRedirects
    }

    private static func checked(_ response: OutboundResponse) throws(FetchError) -> OutboundResponse {
        switch response.status {
        case 200..<300:
            // The client has decompressed these.
            let encoding = (response.headers["content-encoding"] ?? "").lowercased()
            guard ["", "identity", "gzip", "deflate"].contains(encoding) else { throw .malformed }
            return response
        case 404: throw .notFound
        case 410: throw .gone
        case 408, 425, 429, 500...: throw .unavailable(status: response.status)
        case 400..<500: throw .refused(status: response.status)
        default: throw .malformed
        }
    }

    /// Sends one hop, if the host is admitted, as soon as the semaphore has a free place.
    private func visit(
        _ question: Question, until deadline: ContinuousClock.Instant
    ) async throws(FetchError) -> OutboundResponse {
        let host = question.address.authority
        guard await admits(host) else { throw .blockedHost }
        do {
            return try await withDeadline(deadline) {
                try await hosts.withPlace(host, purpose) { try await tryEachSignature(question, until: deadline) }
            }
        } catch let error as FetchError {
            throw error
        } catch {
            throw .unavailable(status: nil)
        }
    }

    /// Tries one signature after the other until the status is not 401.
    ///
    /// The order is: draft-cavage; draft-cavage without the query, because some verifiers leave the query out; RFC
    /// 9421. RFC 9421 comes first when the host accepted it before.
    private func tryEachSignature(
        _ question: Question, until deadline: ContinuousClock.Instant
    ) async throws(FetchError) -> OutboundResponse {
        let host = question.address.authority
        guard question.isSigned else { return try await get(question, [], deadline) }
        let first = memory.scheme(of: host, now: clock.now)
        var attempts = [SignatureAttempt(scheme: .cavage, coversQuery: true)]
        if question.address.query != nil { attempts.append(SignatureAttempt(scheme: .cavage, coversQuery: false)) }
        attempts.insert(
            SignatureAttempt(scheme: .rfc9421, coversQuery: true), at: first == .cavage ? attempts.count : 0)
        var last: OutboundResponse?
        for attempt in attempts {
            let headers = try await sign(question, attempt)
            let response = try await get(question, headers, deadline)
            if response.status != 401 {
                if attempt.scheme != first { memory.learn(attempt.scheme, of: host, now: clock.now) }
                return response
            }
            last = response
        }
        guard let last else { throw .malformed }
        return last
    }

    private func get(
        _ question: Question, _ headers: [(name: String, value: String)], _ deadline: ContinuousClock.Instant
    ) async throws(FetchError) -> OutboundResponse {
        try await client.get(
            question.address,
            headers: headers + [
                (name: "accept", value: question.accept), (name: "accept-encoding", value: "gzip, deflate"),
            ], for: purpose, deadline: deadline)
    }

    private func sign(
        _ question: Question, _ attempt: SignatureAttempt
    ) async throws(FetchError) -> [(name: String, value: String)] {
        let target = WireTarget.of(question.address)
        var head = RequestHead(
            method: "GET", target: attempt.coversQuery ? target : String(target.prefix { $0 != "?" }),
            authority: question.address.authority, scheme: question.address.scheme)
        do {
            let (keyID, key) = try await signer()
            try Signer.sign(
                &head, body: nil, keyID: keyID, key: key, scheme: attempt.scheme, now: clock.now.milliseconds)
        } catch {
            logger.warning("cannot sign a request", metadata: ["error.kind": "\(error)"])
            throw .unavailable(status: nil)
        }
        return head.headers
    }
}
