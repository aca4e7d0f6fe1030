// SPDX-License-Identifier: Apache-2.0

public import HTTPSignatures
internal import Model
internal import Storage
internal import Vocabulary

// What an app is told. The app's own access token stands in each push, as Mastodon does it: apps for iOS look up by it for
// which of their accounts the push is. It travels inside what is encrypted for the one app that has it.

/// What is shown of a notification.
public struct PushPayload: Sendable, Hashable {
    /// The receiver's language.
    public var locale: String
    /// The picture of who caused it; an absolute address.
    public var icon: String
    /// What happened, in the receiver's language.
    public var title: String
    /// The first words of what it is about; plain text, may be empty.
    public var body: String

    /// Creates the value.
    public init(locale: String, icon: String, title: String, body: String) {
        self.locale = locale
        self.icon = icon
        self.title = title
        self.body = body
    }

    /// The document that is encrypted; it always fits into one push.
    func document(for push: QueuedPush) -> [UInt8] {
        let document: JSON = [
            "access_token": .string(push.subscription.accessToken),
            "preferred_locale": .string(Self.shortened(locale, to: 20)),
            "notification_id": JSON(push.notification),
            "notification_type": .string(push.type),
            "icon": .string(icon.utf8.count <= 1_000 ? icon : ""),
            "title": .string(Self.shortened(title, to: 120)),
            "body": .string(Self.shortened(body, to: 280)),
        ]
        return document.serialized()
    }

    /// The first scalars of a text, four bytes each at the most, with a space for every control character.
    private static func shortened(_ text: String, to limit: Int) -> String {
        let isCut = text.unicodeScalars.count > limit
        var short = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(isCut ? limit - 1 : limit) {
            short.append(scalar.value < 0x20 || scalar.value == 0x7F ? " " : scalar)
        }
        return String(short) + (isCut ? "…" : "")
    }
}

/// What became of one push.
public enum PushOutcome: Sendable, Hashable {
    /// The service has it.
    case taken
    /// The service no longer knows the subscription, or never will take anything for it.
    case gone
    /// Neither this push nor its answer is worth another try.
    case refused
    /// The service cannot take it now.
    case later(retryAfter: Duration?)
    /// We stop.
    case stopped

    /// What an answer means.
    init(_ result: PostResult) {
        switch result {
        case .status(200..<300, _, _): self = .taken
        case .status(408, let wait, _), .status(429, let wait, _): self = .later(retryAfter: wait)
        case .status(413, _, _): self = .refused
        case .status(400..<500, _, _): self = .gone
        case .status(_, let wait, _): self = .later(retryAfter: wait)
        case .failed(.cancelled): self = .stopped
        // An address inside our own network is no push service.
        case .failed(.forbiddenAddress): self = .gone
        case .failed: self = .later(retryAfter: nil)
        }
    }
}

/// Sends pushes: encrypted for the app, signed by the node, to whichever service the app chose.
///
/// Spec: RFC 8030; the codings are those of `HTTPSignatures`.
public struct WebPush: Sendable {
    /// How long a service keeps a push for a device that is off.
    static let timeToLive = PushQueue.patience
    /// How long one request may take.
    static let patience = Duration.seconds(20)

    private let client: OutboundClient
    private let sender: VAPID

    /// - Parameters:
    ///   - client: the way out; its guard keeps endpoints on the public network.
    ///   - sender: the node.
    public init(client: OutboundClient, sender: VAPID) {
        self.client = client
        self.sender = sender
    }

    /// Sends one push; ends within twenty seconds.
    ///
    /// - Parameter now: what the signature says.
    func send(_ payload: PushPayload, _ push: QueuedPush, now: Timestamp) async -> PushOutcome {
        let endpoint = push.subscription.endpoint
        var headers: [(name: String, value: String)] = [
            (name: "content-type", value: "application/octet-stream"),
            (name: "ttl", value: String(Self.timeToLive.milliseconds / 1000)),
            (name: "urgency", value: "normal"),
        ]
        let sealed: SealedPush
        do {
            sealed = try Self.seal(payload.document(for: push), for: push.subscription)
            headers += try sender.fields(for: sealed, audience: endpoint.origin, now: now.milliseconds)
        } catch KeyError.malformed {
            // The point lies on no curve: no push will ever reach this subscriber.
            return .gone
        } catch {
            return .later(retryAfter: nil)
        }
        let result = await client.post(
            endpoint, headers: headers, body: sealed.body, deadline: .now + Self.patience)
        return PushOutcome(result)
    }

    private static func seal(_ message: [UInt8], for subscription: PushSubscription) throws -> SealedPush {
        let recipient = try PushRecipient(point: subscription.keys.point, secret: subscription.keys.secret)
        return subscription.isStandard
            ? try WebPushEncryption.seal(message, for: recipient)
            : try WebPushEncryption.sealOldStyle(message, for: recipient)
    }
}
