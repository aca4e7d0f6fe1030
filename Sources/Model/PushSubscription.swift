// SPDX-License-Identifier: Apache-2.0

import TextEncoding
public import Vocabulary

/// Where an app is told of notifications while it does not run: one subscription for each token.
///
/// Its number is a small one: an app of today reads it into 32 bits.
public struct PushSubscription: Sendable, Hashable, Identifiable {
    /// Counts from 1, and is never given twice.
    public let id: ID<PushSubscription>
    /// Who is told.
    public var account: ID<Account>
    /// The address at the push service that the app chose.
    public var endpoint: IRI
    /// For whose eyes.
    public var keys: PushKeys
    /// The token that subscribed: apps find by it for which of their accounts a push is. It is the one token that is
    /// stored as it stands, sent only inside what is encrypted for the app that has it, and goes with the subscription.
    public var accessToken = ""
    /// Whether the app reads the coding of the standard; others read the draft that came before it.
    public var isStandard: Bool
    /// The types of notifications that are told: words of ``alertNames``.
    public var alerts: Set<String>
    /// Whose notifications are told.
    public var policy: Policy

    /// From whom a notification must come to be told.
    public enum Policy: String, Sendable, Hashable, CaseIterable {
        /// Anybody.
        case all
        /// Those whom the account follows.
        case followed
        /// Those who follow the account.
        case follower
        /// Nobody.
        case none
    }

    /// The types that may be asked for, in the order in which they are listed.
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

/// What an app gave to encrypt for it.
public struct PushKeys: Sendable, Hashable {
    /// An uncompressed point of P-256, 65 bytes; whether it lies on the curve shows when it is used.
    public let point: [UInt8]
    /// What it shares with us alone, 16 bytes.
    public let secret: [UInt8]

    /// The keys as a row has them.
    public init(point: [UInt8], secret: [UInt8]) {
        self.point = point
        self.secret = secret
    }

    /// Reads both as apps write them: base64 of either alphabet, padded or not.
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

/// The node's key towards push services.
public struct PushServerKey: Sendable, Hashable {
    /// PKCS #8, PEM. Never leaves the database.
    public var privatePEM: String
    /// What apps are given: base64url of the uncompressed point, padded.
    public var publicKey: String

    /// Creates the value.
    public init(privatePEM: String, publicKey: String) {
        self.privatePEM = privatePEM
        self.publicKey = publicKey
    }
}
