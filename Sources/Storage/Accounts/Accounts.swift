// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

/// People, groups and programs, of this node and of others.
public enum Accounts {
    /// Stores a new account, of this node or of another.
    ///
    /// - Throws: `.uniqueViolation` when its IRI, or its name on its host, is taken.
    public static func insert(
        _ account: Account, summarySource: String? = nil, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run("INSERT INTO account \(row: columns(of: account, summarySource: summarySource))")
        try AccountSearchIndex.replace(account, in: tx)
    }

    /// Stores what another node says of one of its accounts: a new row, or the known one with the same IRI.
    ///
    /// When it was first known and suspended stays as it is, and a deleted account stays empty. A name that now
    /// belongs to another IRI is taken from the account that had it, which keeps everything else.
    ///
    /// - Returns: the account's number; `account.id` counts only when it is new.
    /// - Throws: `.invalidValue` when the account, or the one that has its IRI, is of this node; `.uniqueViolation`
    ///   when two known actors take one name from each other at the same instant, which a retry settles.
    public static func upsertRemote(
        _ account: Account, in tx: Transaction
    ) throws(DatabaseError) -> ID<Account> {
        guard !account.isLocal else {
            throw DatabaseError(.invalidValue, "an account of this node is not stored as another node's")
        }
        // An insertion that does nothing met a row that another process committed meanwhile, with the same IRI or with
        // the same name: the next round sees it. `ON CONFLICT (iri)` would not do, because it fails on the name.
        for _ in 1...3 {
            if let id = try refresh(account, in: tx) { return id }
            try freeName(for: account, in: tx)
            let row = try tx.row(
                """
                INSERT INTO account \(row: columns(of: account, summarySource: nil))
                ON CONFLICT DO NOTHING RETURNING id
                """)
            if let row {
                try AccountSearchIndex.replace(account, in: tx)
                return try row.id("id")
            }
        }
        throw DatabaseError(.invalidValue, "the number of an account of another node is taken")
    }

    /// Takes the name from another account that had it. No handle has a `#`: what it is left with collides with none.
    private static func freeName(for account: Account, in tx: Transaction) throws(DatabaseError) {
        try tx.run(
            """
            UPDATE account SET username_folded = username_folded || '#' || CAST(id AS TEXT)
            WHERE username_folded = \(account.handle.foldedName) AND host = \(account.handle.host)
                AND iri <> \(account.iri)
            """)
    }

    /// Stores what changed of an account that is known by its IRI, and is not deleted.
    ///
    /// - Returns: its number; nil when it is not known.
    private static func refresh(
        _ account: Account, in tx: Transaction
    ) throws(DatabaseError) -> ID<Account>? {
        guard let known = try byIRI(account.iri, in: tx) else { return nil }
        guard !known.isLocal else {
            throw DatabaseError(.invalidValue, "the IRI of an account of this node is not another node's")
        }
        guard known.deletedAt == nil else { return known.id }
        try freeName(for: account, in: tx)
        let columns = profileColumns(of: account) + actorColumns(of: account)
        try tx.run("UPDATE account SET \(set: columns) WHERE id = \(known.id)")
        if known.displayName != account.displayName || known.username != account.username {
            try AccountSearchIndex.replace(account, as: known.id, in: tx)
        }
        return known.id
    }

    /// All columns of an account that are not counted from others.
    static func columns(of account: Account, summarySource: String?) -> [ColumnValue] {
        let own: [ColumnValue] = [
            ColumnValue("id", account.id), ColumnValue("iri", account.iri),
            ColumnValue("summary_source", summarySource), ColumnValue("hides_follows", account.hidesFollows),
            ColumnValue("created_at", account.createdAt), ColumnValue("suspended_at", account.suspendedAt),
            ColumnValue("deleted_at", account.deletedAt),
        ]
        return own + profileColumns(of: account) + actorColumns(of: account)
    }

    /// What an account says of itself, wherever it is.
    static func profileColumns(of account: Account) -> [ColumnValue] {
        [
            ColumnValue("kind", account.kind), ColumnValue("display_name", account.displayName),
            ColumnValue("summary_html", account.summary), ColumnValue("url", account.url),
            ColumnValue("icon", account.icon), ColumnValue("header", account.header),
            ColumnValue("fields", ProfileFields.text(account.fields)),
            ColumnValue("approves_followers", account.approvesFollowers),
            ColumnValue("discoverable", account.discoverable), ColumnValue("indexable", account.indexable),
            ColumnValue("moved_to", account.movedTo),
        ]
    }

    /// What only another node can change of its account: the name, the addresses, and when they were read.
    static func actorColumns(of account: Account) -> [ColumnValue] {
        [
            ColumnValue("username", account.username), ColumnValue("username_folded", account.handle.foldedName),
            ColumnValue("host", account.handle.host), ColumnValue("inbox", account.inbox),
            ColumnValue("shared_inbox", account.sharedInbox), ColumnValue("outbox", account.outbox),
            ColumnValue("followers", account.followers),
            ColumnValue("updated_at", account.fetchedAt ?? account.createdAt),
            ColumnValue("fetched_at", account.fetchedAt),
        ]
    }
}

// MARK: - Finding one, or some that are named

extension Accounts {
    /// The account with this number.
    public static func byID(_ id: ID<Account>, in db: some Queryable) throws(DatabaseError) -> Account? {
        try AccountRow.first("SELECT \(AccountRow.plain) FROM account a WHERE a.id = \(id)", in: db)
    }

    /// The account with this id on the wire.
    public static func byIRI(_ iri: IRI, in db: some Queryable) throws(DatabaseError) -> Account? {
        try AccountRow.first("SELECT \(AccountRow.plain) FROM account a WHERE a.iri = \(iri)", in: db)
    }

    /// The account of this name; an empty host is this node, and letters' case does not count.
    public static func byHandle(_ handle: Handle, in db: some Queryable) throws(DatabaseError) -> Account? {
        try AccountRow.first(
            """
            SELECT \(AccountRow.plain) FROM account a
            WHERE a.username_folded = \(handle.foldedName) AND a.host = \(handle.host)
            """, in: db)
    }

    /// The account whose followers an audience names; the one known for longest when two claim the collection.
    public static func byFollowersIRI(_ iri: IRI, in db: some Queryable) throws(DatabaseError) -> Account? {
        try AccountRow.first(
            "SELECT \(AccountRow.plain) FROM account a WHERE a.followers = \(iri) ORDER BY a.id LIMIT 1", in: db)
    }

    /// The accounts with these numbers; unknown ones are left out.
    public static func byIDs(
        _ ids: [ID<Account>], in db: some Queryable
    ) throws(DatabaseError) -> [ID<Account>: Account] {
        var found: [ID<Account>: Account] = [:]
        for list in Set(ids).sorted().inLists() {
            let sql: SQL = "SELECT \(AccountRow.plain) FROM account a WHERE a.id IN (\(list: list))"
            for account in try AccountRow.all(sql, in: db) { found[account.id] = account }
        }
        return found
    }

    /// The accounts with these ids on the wire; unknown ones are left out.
    public static func byIRIs(_ iris: [IRI], in db: some Queryable) throws(DatabaseError) -> [IRI: Account] {
        var found: [IRI: Account] = [:]
        for list in Set(iris).sorted().inLists() {
            let sql: SQL = "SELECT \(AccountRow.plain) FROM account a WHERE a.iri IN (\(list: list))"
            for account in try AccountRow.all(sql, in: db) { found[account.iri] = account }
        }
        return found
    }
}

// MARK: - Changing one

extension Accounts {
    /// Stores what an account of this node says of itself: name, text, avatar, settings and where it moved.
    ///
    /// - Parameter summarySource: what the member typed, from which the summary was made.
    public static func update(
        _ account: Account, summarySource: String?, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        let own: [ColumnValue] = [
            ColumnValue("summary_source", summarySource), ColumnValue("hides_follows", account.hidesFollows),
            ColumnValue("updated_at", now),
        ]
        try tx.run("UPDATE account SET \(set: profileColumns(of: account) + own) WHERE id = \(account.id)")
        try AccountSearchIndex.replace(account, in: tx)
    }

    /// What the member typed as summary.
    public static func summarySource(
        of id: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> String? {
        try db.row("SELECT summary_source FROM account WHERE id = \(id)")?.textOrNil("summary_source")
    }

    /// Suspends an account of any node, or lets it act again.
    ///
    /// - Parameter instant: nil to lift the suspension.
    public static func suspend(
        _ id: ID<Account>, at instant: Timestamp?, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run("UPDATE account SET suspended_at = \(instant) WHERE id = \(id)")
        tx.announce(Change.settingsChanged.rawValue)
    }

    /// Records that an account is no more, and empties its profile.
    ///
    /// The row stays, so that neither its name nor its IRI is given again; the first deletion counts.
    public static func markDeleted(
        _ id: ID<Account>, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            UPDATE account SET deleted_at = \(now), updated_at = \(now), display_name = '', summary_html = '',
                summary_source = NULL, icon = NULL, header = NULL, fields = '[]', discoverable = \(false)
            WHERE id = \(id) AND deleted_at IS NULL
            """)
        try AccountSearchIndex.remove(id, in: tx)
        try Notifications.removeAll(of: id, in: tx)
        tx.announce(Change.settingsChanged.rawValue)
    }
}
