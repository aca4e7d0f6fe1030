// SPDX-License-Identifier: Apache-2.0

import TextEncoding
public import Vocabulary

/// A push subscription of an app: one per access token. It receives notifications while the app is not running.
///
/// Its id is a small number, because a current app reads it into 32 bits.
public struct PushSubscription: Sendable, Hashable, Identifiable {
    /// The id, which counts from 1 and is never reused.
    public let id: ID<PushSubscription>
    /// The account whose notifications are pushed.
    public var account: ID<Account>
    /// The endpoint at the push service, chosen by the app.
    public var endpoint: IRI
    /// The keys for encrypting pushes to the app.
    public var keys: PushKeys
    /// The access token that made the subscription. Apps use it to find the account that a push belongs to. It is the
    /// only token that is stored in plain text. It is sent only inside pushes that are encrypted for its app, and it is
    /// deleted with the subscription.
    public var accessToken = ""
    /// Whether the app supports the standard coding `aes128gcm`; other apps need the older draft `aesgcm`.
    public var isStandard: Bool
    /// The types of notifications to push, a subset of ``alertNames``.
    public var alerts: Set<String>
    /// Whose actions are pushed.
    public var policy: Policy

    /// From which accounts a notification must come to be pushed.
    public enum Policy: String, Sendable, Hashable, CaseIterable {
        /// From all accounts.
        case all
        /// From accounts that the owner follows.
        case followed
        /// From followers of the owner.
        case follower
        /// From no account.
        case none
    }

    /// The notification types that may be requested, in the order of the listing.
    public static let alertNames = [
        "mention", "status", "reblog", "follow", "follow_request", "favourite", "poll", "update", "quote",
        "quoted_update", "admin.sign_up", "admin.report",
    ]

    /// Creates the value as the row has it.
    public init(
        id: ID<PushSubscription>, account: ID<Account>, endpoint: IRI, keys: PushKeys, isStandard: Bool
    ) {
        self.id = id
        self.account = account
        self.endpoint = endpoint
        self.keys = keys
        self.isStandard = isStandard
        alerts = []
        policy = .all
    }
}

/// The encryption keys that an app supplied with its subscription.
public struct PushKeys: Sendable, Hashable {
    /// The public key: an uncompressed point of P-256, 65 bytes. Whether it is on the curve is checked when it is used.
    public let point: [UInt8]
    /// The secret that only the app and this server know, 16 bytes.
    public let secret: [UInt8]

    /// Creates the value from a row.
    public init(point: [UInt8], secret: [UInt8]) {
        self.point = point
        self.secret = secret
    }

    /// Parses both keys as apps send them: base64 of either alphabet, with or without padding.
    ///
    /// - Returns: nil when one is not base64 or has another length.
    public init?(p256dh: String, auth: String) {
        guard max(p256dh.utf8.count, auth.utf8.count) <= 200, let point = Base64.decodeLeniently(p256dh),
            let secret = Base64.decodeLeniently(auth),
            point.count == 65, point.first == 4, secret.count == 16
        else { return nil }
        self.init(point: point, secret: secret)
    }
}

/// The key pair with which this server authenticates to push services (VAPID).
public struct PushServerKey: Sendable, Hashable {
    /// The private key, PKCS #8 in PEM. It never leaves the database.
    public var privatePEM: String
    /// The public key for apps: padded base64url of the uncompressed point.
    public var publicKey: String

    /// Creates the value.
    public init(privatePEM: String, publicKey: String) {
        self.privatePEM = privatePEM
        self.publicKey = publicKey
    }
}
