// SPDX-License-Identifier: Apache-2.0

public import HTTPSignatures
internal import Model
internal import Storage
internal import Vocabulary

// The content of a push. Each push contains the app's own access token, as Mastodon's do: apps for iOS use it to find
// the account for which the push is. The token is inside the content that is encrypted for the one app that has this
// token.

/// The text of a notification as an app shows it.
public struct PushPayload: Sendable, Hashable {
    /// The language of the receiver.
    public var locale: String
    /// The absolute URL of the avatar of the account that caused the notification.
    public var icon: String
    /// What happened, in the receiver's language.
    public var title: String
    /// The beginning of the post or other text; plain text, may be empty.
    public var body: String

    /// Creates the value.
    public init(locale: String, icon: String, title: String, body: String) {
        self.locale = locale
        self.icon = icon
        self.title = title
        self.body = body
    }

    /// The JSON document that is encrypted. It always fits into one push.
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

    /// The first `limit` Unicode scalars of a text, at most four bytes each. Control characters become spaces.
    private static func shortened(_ text: String, to limit: Int) -> String {
        let isCut = text.unicodeScalars.count > limit
        var short = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(isCut ? limit - 1 : limit) {
            short.append(scalar.value < 0x20 || scalar.value == 0x7F ? " " : scalar)
        }
        return String(short) + (isCut ? "…" : "")
    }
}

/// The result of sending one push.
public enum PushOutcome: Sendable, Hashable {
    /// The push service accepted it.
    case taken
    /// The push service no longer knows the subscription, or will never accept anything for it.
    case gone
    /// This push is not worth another attempt; its subscription stays.
    case refused
    /// The push service cannot accept it now.
    case later(retryAfter: Duration?)
    /// This process is stopping.
    case stopped

    /// Maps the result of a request to an outcome.
    init(_ result: PostResult) {
        switch result {
        case .status(200..<300, _, _): self = .taken
        case .status(408, let wait, _), .status(429, let wait, _): self = .later(retryAfter: wait)
        case .status(413, _, _): self = .refused
        case .status(400..<500, _, _): self = .gone
        case .status(_, let wait, _): self = .later(retryAfter: wait)
        case .failed(.cancelled): self = .stopped
        // A private address cannot be a push service.
        case .failed(.forbiddenAddress): self = .gone
        case .failed: self = .later(retryAfter: nil)
        }
    }
}

/// Sends pushes to the push service that the app chose. They are encrypted for the app and signed by this node.
///
/// Spec: RFC 8030. The encryption is implemented in `HTTPSignatures`.
public struct WebPush: Sendable {
    /// How long the push service keeps a push for a device that is offline.
    static let timeToLive = PushQueue.patience
    /// How long one request may take.
    static let patience = Duration.seconds(20)

    /// How long one request may take here.
    var patience = Self.patience
    private let client: OutboundClient
    private let sender: VAPID

    /// - Parameters:
    ///   - client: the HTTP client; its address guard restricts endpoints to the public network.
    ///   - sender: the VAPID key and contact of this node.
    public init(client: OutboundClient, sender: VAPID) {
        self.client = client
        self.sender = sender
    }

    /// Sends one push. It takes at most twenty seconds.
    ///
    /// - Parameter now: the time in the signature.
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
            // The public key is not a point on the curve: no push will ever reach this subscriber.
            return .gone
        } catch {
            return .later(retryAfter: nil)
        }
        let result = await client.post(
            endpoint, headers: headers, body: sealed.body, for: .push, deadline: .now + patience)
        return PushOutcome(result)
    }

    private static func seal(_ message: [UInt8], for subscription: PushSubscription) throws -> SealedPush {
        let recipient = try PushRecipient(point: subscription.keys.point, secret: subscription.keys.secret)
        return subscription.isStandard
            ? try WebPushEncryption.seal(message, for: recipient)
            : try WebPushEncryption.sealOldStyle(message, for: recipient)
    }
}
