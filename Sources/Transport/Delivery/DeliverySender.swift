// SPDX-License-Identifier: Apache-2.0

internal import HTTPSignatures
internal import Model
internal import Storage
internal import Vocabulary

/// Sends one delivery to its inbox. When the peer refuses the signature, it is sent once more with the other scheme.
struct DeliverySender: Sendable {
    /// The result of an attempt.
    struct Report: Sendable {
        var outcome: DeliveryOutcome
        /// The scheme to remember for the host: it refused the other scheme and accepted this one.
        var scheme: SignatureScheme?
    }

    /// How long one request may take, and how long all requests of one attempt together may take.
    static let requestPatience = Duration.seconds(30)
    static let patience = Duration.seconds(50)

    let client: OutboundClient
    let keys: KeyStore
    let clock: any Model.Clock
    let admits: @Sendable (String) async -> Bool
    let render: @Sendable (QueuedDelivery) async -> String?

    /// Makes one attempt; it ends within ``patience``.
    func send(_ dispatch: PerHostScheduler.Dispatch) async -> Report {
        guard await admits(dispatch.host) else { return Report(outcome: .hostBlocked) }
        let deadline = ContinuousClock.now + Self.patience
        guard let body = await render(dispatch.delivery) else { return Report(outcome: .unneeded) }
        let identity: KeyStore.Identity
        do {
            guard let found = try await keys.identity(of: dispatch.delivery.actor) else {
                return Report(outcome: .unsigned)
            }
            identity = found
        } catch {
            return Report(outcome: .postponedByUs)
        }
        let request = DeliveryRequest(
            inbox: dispatch.delivery.inbox, body: Array(body.utf8), identity: identity, deadline: deadline)
        return await attempt(request, dispatch.scheme)
    }

    private struct DeliveryRequest: Sendable {
        var inbox: IRI
        var body: [UInt8]
        var identity: KeyStore.Identity
        var deadline: ContinuousClock.Instant
    }

    /// Tries both signature schemes.
    ///
    /// Spec: draft-cavage-12 first, RFC 9421 after a 400 or 401; the other order when the host accepted RFC 9421
    /// before.
    private func attempt(_ request: DeliveryRequest, _ scheme: SignatureScheme) async -> Report {
        let first = await send(request, scheme)
        guard case .status(let status, _, _) = first, status == 400 || status == 401 else {
            return Report(outcome: Self.outcome(first))
        }
        let other: SignatureScheme = scheme == .cavage ? .rfc9421 : .cavage
        let second = await send(request, other)
        guard case .status(let status, _, _) = second, status != 400, status != 401 else {
            return Report(outcome: Self.outcome(first))
        }
        return Report(outcome: Self.outcome(second), scheme: (200..<300).contains(status) ? other : nil)
    }

    /// Signs and posts the delivery. Repeats it once when a kept-alive connection was already closed by the server.
    private func send(_ request: DeliveryRequest, _ scheme: SignatureScheme) async -> PostResult {
        let result = await post(request, scheme)
        guard case .failed(.closed) = result else { return result }
        return await post(request, scheme)
    }

    private func post(_ request: DeliveryRequest, _ scheme: SignatureScheme) async -> PostResult {
        var head = RequestHead(
            method: "POST", target: WireTarget.of(request.inbox), authority: request.inbox.authority,
            scheme: request.inbox.scheme, headers: [(name: "content-type", value: "application/activity+json")])
        do throws(SigningError) {
            try Signer.sign(
                &head, body: request.body, keyID: request.identity.keyID, key: request.identity.key, scheme: scheme,
                now: clock.now.milliseconds)
        } catch {
            return .failed(.malformed)
        }
        let deadline = min(request.deadline, .now + Self.requestPatience)
        return await client.post(request.inbox, headers: head.headers, body: request.body, deadline: deadline)
    }

    private static func outcome(_ result: PostResult) -> DeliveryOutcome {
        switch result {
        case .status(let status, let retryAfter, _): DeliveryOutcome(status: status, retryAfter: retryAfter)
        case .failed(.cancelled): .stopped
        case .failed(let failure): .unanswered(failure)
        }
    }
}
