// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

/// The table `account`: people, groups and programs, local and remote.
public enum Accounts {
    /// Stores a new account, local or remote.
    ///
    /// - Throws: `.uniqueViolation` when its IRI, or its user name on its host, is taken.
    public static func insert(
        _ account: Account, summarySource: String? = nil, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run("INSERT INTO account \(row: columns(of: account, summarySource: summarySource))")
        try AccountSearchIndex.replace(account, in: tx)
    }

    /// Stores a remote account: inserts a new row, or updates the row with the same IRI.
    ///
    /// An update keeps the instants of the first contact and of a suspension, and a deleted account stays empty. When
    /// the user name belongs to another IRI now, the account that had the name loses it and keeps everything else.
    ///
    /// - Returns: the account's id. `account.id` is used only when the account is new.
    /// - Throws: `.invalidValue` when the account, or the stored account with its IRI, is local; `.uniqueViolation`
    ///   when two known actors take each other's name at the same instant. A retry resolves that.
    public static func upsertRemote(
        _ account: Account, in tx: Transaction
    ) throws(DatabaseError) -> ID<Account> {
        guard !account.isLocal else {
            throw DatabaseError(.invalidValue, "an account of this node is not stored as another node's")
        }
        // When the insertion changes nothing, another process has committed a row with the same IRI or the same name in
        // the meantime, and the next round sees that row. `ON CONFLICT (iri)` is not enough, because it fails on a
        // conflict of the name.
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

    /// Takes the user name from another account that has it: `#` and the account's id are appended to its
    /// `username_folded`. No handle contains `#`, so the result collides with no other name.
    private static func freeName(for account: Account, in tx: Transaction) throws(DatabaseError) {
        try tx.run(
            """
            UPDATE account SET username_folded = username_folded || '#' || CAST(id AS TEXT)
            WHERE username_folded = \(account.handle.foldedName) AND host = \(account.handle.host)
                AND iri <> \(account.iri)
            """)
    }

    /// Updates the account with this IRI. A deleted account stays unchanged.
    ///
    /// - Returns: its id; nil when the IRI is unknown.
    private static func refresh(
        _ account: Account, in tx: Transaction
    ) throws(DatabaseError) -> ID<Account>? {
        guard let known = try byIRI(account.iri, in: tx) else { return nil }
        guard !known.isLocal else {
            throw DatabaseError(.invalidValue, "the IRI of an account of this node is not another node's")
        }
        guard known.deletedAt == nil else { return known.id }
        try freeName(for: account, in: tx)
        // The first sight of an account is later than its creation, which not every server states.
        let created = ColumnValue("created_at", min(known.createdAt, account.createdAt))
        let columns = profileColumns(of: account) + actorColumns(of: account) + [created]
        try tx.run("UPDATE account SET \(set: columns) WHERE id = \(known.id)")
        if known.displayName != account.displayName || known.username != account.username {
            try AccountSearchIndex.replace(account, as: known.id, in: tx)
        }
        return known.id
    }

    /// All columns of an account except the counters, which are computed from other tables.
    static func columns(of account: Account, summarySource: String?) -> [ColumnValue] {
        let own: [ColumnValue] = [
            ColumnValue("id", account.id), ColumnValue("iri", account.iri),
            ColumnValue("summary_source", summarySource), ColumnValue("hides_follows", account.hidesFollows),
            ColumnValue("created_at", account.createdAt), ColumnValue("suspended_at", account.suspendedAt),
            ColumnValue("deleted_at", account.deletedAt),
        ]
        return own + profileColumns(of: account) + actorColumns(of: account)
    }

    /// The profile columns, which both local and remote accounts set.
    static func profileColumns(of account: Account) -> [ColumnValue] {
        [
            ColumnValue("kind", account.kind), ColumnValue("display_name", account.displayName),
            ColumnValue("summary_html", account.summary), ColumnValue("url", account.url),
            ColumnValue("icon", account.icon), ColumnValue("header", account.header),
            ColumnValue("fields", ProfileFields.text(account.fields)),
            ColumnValue("approves_followers", account.approvesFollowers),
            ColumnValue("discoverable", account.discoverable), ColumnValue("indexable", account.indexable),
            ColumnValue("moved_to", account.movedTo), ColumnValue("emojis", ShortcodeList.text(account.emojis)),
        ]
    }

    /// The columns that only the owner of a remote account can change: name, addresses and the fetch time.
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
    /// The account with this id.
    public static func byID(_ id: ID<Account>, in db: some Queryable) throws(DatabaseError) -> Account? {
        try AccountRow.first("SELECT \(AccountRow.plain) FROM account a WHERE a.id = \(id)", in: db)
    }

    /// The id of the oldest local account, which tells the origin under which this community began; nil while there is
    /// none.
    public static func localIRI(in db: some Queryable) throws(DatabaseError) -> IRI? {
        try db.row("SELECT iri FROM account WHERE host = '' ORDER BY id LIMIT 1")?.iri("iri")
    }

    /// The account with this IRI.
    public static func byIRI(_ iri: IRI, in db: some Queryable) throws(DatabaseError) -> Account? {
        try AccountRow.first("SELECT \(AccountRow.plain) FROM account a WHERE a.iri = \(iri)", in: db)
    }

    /// The account with this handle. An empty host means this server; upper and lower case are the same.
    public static func byHandle(_ handle: Handle, in db: some Queryable) throws(DatabaseError) -> Account? {
        try AccountRow.first(
            """
            SELECT \(AccountRow.plain) FROM account a
            WHERE a.username_folded = \(handle.foldedName) AND a.host = \(handle.host)
            """, in: db)
    }

    /// The accounts with these handles, and possibly others with a name and a host of these handles.
    public static func byHandles(
        _ handles: [Handle], in db: some Queryable
    ) throws(DatabaseError) -> [Account] {
        guard !handles.isEmpty else { return [] }
        return try AccountRow.all(
            """
            SELECT \(AccountRow.plain) FROM account a
            WHERE a.username_folded IN (\(list: handles.map(\.foldedName))) AND a.host IN (\(list: handles.map(\.host)))
            ORDER BY a.id
            """, in: db)
    }

    /// The account that owns this followers collection. When two accounts claim the collection, the older one counts.
    public static func byFollowersIRI(_ iri: IRI, in db: some Queryable) throws(DatabaseError) -> Account? {
        try AccountRow.first(
            "SELECT \(AccountRow.plain) FROM account a WHERE a.followers = \(iri) ORDER BY a.id LIMIT 1", in: db)
    }

    /// The accounts with these ids; unknown ids are left out.
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

    /// The accounts with these IRIs; unknown IRIs are left out.
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
    /// Stores the profile of a local account: name, summary, avatar, settings and the address that it moved to.
    ///
    /// - Parameter summarySource: the text that the member typed, from which the summary was made.
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

    /// The text that the member typed as summary (column `summary_source`).
    public static func summarySource(
        of id: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> String? {
        try db.row("SELECT summary_source FROM account WHERE id = \(id)")?.textOrNil("summary_source")
    }

    /// Suspends a local or remote account, or lifts the suspension.
    ///
    /// - Parameter instant: nil to lift the suspension.
    public static func suspend(
        _ id: ID<Account>, at instant: Timestamp?, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run("UPDATE account SET suspended_at = \(instant) WHERE id = \(id)")
        tx.announce(Change.settingsChanged.rawValue)
    }

    /// Marks an account as deleted and empties its profile.
    ///
    /// The row stays, so that its name and its IRI are not used again. A second deletion changes nothing.
    public static func markDeleted(
        _ id: ID<Account>, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            UPDATE account SET deleted_at = \(now), updated_at = \(now), display_name = '', summary_html = '',
                summary_source = NULL, icon = NULL, header = NULL, fields = '[]', emojis = '', discoverable = \(false)
            WHERE id = \(id) AND deleted_at IS NULL
            """)
        try AccountSearchIndex.remove(id, in: tx)
        try Notifications.removeAll(of: id, in: tx)
        tx.announce(Change.settingsChanged.rawValue)
    }
}
