// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// What a moderator did (table `moderation_log`).
public struct ModerationDeed: Sendable, Hashable {
    /// What was done. The raw values are stored.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case approved, refused, resolved, suspended, restored, deletedPost = "deleted_post", role
        case hostUnset = "host_unset", hostAllowed = "host_allowed", hostLimited = "host_limited"
        case hostBlocked = "host_blocked"

        /// The decision about a host.
        public static func policy(_ policy: PeerPolicy) -> Kind {
            switch policy {
            case .unset: .hostUnset
            case .allowed: .hostAllowed
            case .limited: .hostLimited
            case .blocked: .hostBlocked
            }
        }
    }

    /// The id. The log is sorted by it.
    public let id: ID<ModerationDeed>
    /// Who did it; nil for the operator at the command line.
    public var moderator: ID<Account>?
    /// What was done.
    public var kind: Kind
    /// The account that it concerns.
    public var target: ID<Account>?
    /// The host that it concerns.
    public var host: String?
    /// The reason, or the name of an account that is gone.
    public var note: String
    /// When it was done.
    public var createdAt: Timestamp

    /// Creates the value as the row has it.
    public init(
        id: ID<ModerationDeed>, moderator: ID<Account>?, kind: Kind, target: ID<Account>? = nil, host: String? = nil,
        note: String = "", createdAt: Timestamp
    ) {
        self.id = id
        self.moderator = moderator
        self.kind = kind
        self.target = target
        self.host = host
        self.note = note
        self.createdAt = createdAt
    }
}

/// The table `moderation_log`: what moderators did.
public enum ModerationLog {
    /// Adds an entry, in the transaction of the deed.
    public static func add(_ deed: ModerationDeed, in tx: Transaction) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO moderation_log (id, moderator_id, deed, target_id, host, note, created_at)
            VALUES (\(deed.id), \(deed.moderator), \(deed.kind.rawValue), \(deed.target), \(deed.host), \(deed.note),
                \(deed.createdAt))
            """)
    }

    /// One page of the log, the latest first.
    public static func list(_ page: PageRequest, in db: some Queryable) throws(DatabaseError) -> [ModerationDeed] {
        let rows = try db.rows(
            """
            SELECT id, moderator_id, deed, target_id, host, note, created_at FROM moderation_log
            WHERE id < \(page.before) ORDER BY id DESC LIMIT \(page.limit)
            """)
        var deeds: [ModerationDeed] = []
        for row in rows {
            guard let kind = ModerationDeed.Kind(rawValue: try row.text("deed")) else { continue }
            deeds.append(
                ModerationDeed(
                    id: try row.id("id"), moderator: try row.idOrNil("moderator_id"), kind: kind,
                    target: try row.idOrNil("target_id"), host: try row.textOrNil("host"),
                    note: try row.text("note"), createdAt: try row.time("created_at")))
        }
        return deeds
    }

    /// Forgets an account that is deleted for good: its entries stay, without it.
    static func forget(_ account: ID<Account>, in tx: Transaction) throws(DatabaseError) {
        try tx.run("UPDATE moderation_log SET moderator_id = NULL WHERE moderator_id = \(account)")
        try tx.run("UPDATE moderation_log SET target_id = NULL WHERE target_id = \(account)")
    }
}
