// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// The table `local_account`: the private data of local people, such as e-mail address, password hash and role.
public enum LocalAccounts {
    /// Stores the private part of an account that ``Accounts/insert(_:summarySource:in:)`` has stored.
    ///
    /// - Parameter signUpNote: the person's message to those who approve sign-ups; may be empty.
    /// - Throws: `.uniqueViolation` when the e-mail address is taken; upper and lower case are the same.
    public static func insert(
        _ local: LocalAccount, signUpNote: String, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            INSERT INTO local_account (account_id, email, email_folded, password_hash, role, language, sign_up_note,
                approved_at)
            VALUES (\(local.account.id), \(local.email), \(local.email?.lowercased()), \(local.passwordHash),
                \(local.role), \(local.language), \(signUpNote), \(local.approvedAt))
            """)
    }

    /// Deletes a refused sign-up together with its account. A person who was approved is not deleted.
    ///
    /// - Returns: whether a sign-up with this id was waiting for approval.
    @discardableResult
    public static func remove(_ id: ID<Account>, in tx: Transaction) throws(DatabaseError) -> Bool {
        let removed = try tx.changed("DELETE FROM local_account WHERE account_id = \(id) AND approved_at IS NULL")
        guard removed == 1 else { return false }
        try tx.run("DELETE FROM session WHERE account_id = \(id)")
        try AccessTokens.deleteAll(of: id, in: tx)
        try tx.run("DELETE FROM sign_in_link WHERE account_id = \(id)")
        try tx.run("DELETE FROM mail WHERE account_id = \(id)")
        try tx.run("DELETE FROM actor_key WHERE account_id = \(id)")
        try tx.run("DELETE FROM group_role WHERE account_id = \(id)")
        try tx.run("DELETE FROM follow WHERE follower_id = \(id) OR target_id = \(id)")
        try Notifications.removeAll(of: id, in: tx)
        try ModerationLog.forget(id, in: tx)
        try tx.run("DELETE FROM account WHERE id = \(id)")
        tx.announce(Change.settingsChanged.rawValue)
        return true
    }
}

// MARK: - Finding

extension LocalAccounts {
    /// The person with this account id.
    public static func byID(_ id: ID<Account>, in db: some Queryable) throws(DatabaseError) -> LocalAccount? {
        try first("\(selection) WHERE l.account_id = \(id)", in: db)
    }

    /// The person with this e-mail address, given in lower case.
    public static func byEmail(_ folded: String, in db: some Queryable) throws(DatabaseError) -> LocalAccount? {
        try first("\(selection) WHERE l.email_folded = \(folded)", in: db)
    }

    /// The person with this user name, given in lower case.
    public static func byName(_ folded: String, in db: some Queryable) throws(DatabaseError) -> LocalAccount? {
        try first("\(selection) WHERE a.username_folded = \(folded) AND a.host = ''", in: db)
    }

    /// One page of all people, approved or waiting for approval, oldest account first. Suspended people are included,
    /// deleted ones are not.
    ///
    /// - Parameter last: the last account of the page before; nil for the first page.
    public static func list(
        after last: ID<Account>? = nil, limit: Int = 500, in db: some Queryable
    ) throws(DatabaseError) -> [LocalAccount] {
        var people: [LocalAccount] = []
        let sql: SQL = """
            \(selection) WHERE a.deleted_at IS NULL AND a.id > \(last ?? .first) ORDER BY a.id LIMIT \(limit)
            """
        for row in try db.rows(sql) {
            people.append(try read(row))
        }
        return people
    }

    /// All stewards, oldest account first. Only stewards appoint them.
    public static func stewards(in db: some Queryable) throws(DatabaseError) -> [LocalAccount] {
        var people: [LocalAccount] = []
        let sql: SQL = "\(selection) WHERE a.deleted_at IS NULL AND l.role = 'steward' ORDER BY a.id"
        for row in try db.rows(sql) {
            people.append(try read(row))
        }
        return people
    }

    /// The members with more power than others, stewards first; 200 at the most.
    public static func withRoles(in db: some Queryable) throws(DatabaseError) -> [LocalAccount] {
        var people: [LocalAccount] = []
        let sql: SQL = """
            \(selection) WHERE a.deleted_at IS NULL AND l.role <> 'member'
            ORDER BY CASE l.role WHEN 'steward' THEN 0 ELSE 1 END, a.id LIMIT 200
            """
        for row in try db.rows(sql) { people.append(try read(row)) }
        return people
    }

    /// One page of the sign-ups that wait for approval, oldest first, each with its note.
    ///
    /// - Parameter last: the last account of the page before; nil for the first page.
    public static func waiting(
        after last: ID<Account>? = nil, limit: Int = 50, in db: some Queryable
    ) throws(DatabaseError) -> [(LocalAccount, note: String)] {
        var people: [(LocalAccount, note: String)] = []
        let sql: SQL = """
            \(selection) WHERE l.approved_at IS NULL AND a.deleted_at IS NULL AND a.id > \(last ?? .first)
            ORDER BY a.id LIMIT \(limit)
            """
        for row in try db.rows(sql) {
            people.append((try read(row), note: try row.text("l_sign_up_note")))
        }
        return people
    }

    /// The number of sign-ups that wait for approval.
    public static func waitingCount(in db: some Queryable) throws(DatabaseError) -> Int {
        let row = try db.row(
            """
            SELECT count(*) AS n FROM local_account l JOIN account a ON a.id = l.account_id
            WHERE l.approved_at IS NULL AND a.deleted_at IS NULL
            """)
        return try row?.count("n") ?? 0
    }

    /// Those of the accounts whose sign-up waits for approval.
    public static func waiting(
        among ids: [ID<Account>], in db: some Queryable
    ) throws(DatabaseError) -> Set<ID<Account>> {
        var waiting: Set<ID<Account>> = []
        for some in ids.inLists() {
            let rows = try db.rows(
                "SELECT account_id FROM local_account WHERE account_id IN (\(list: some)) AND approved_at IS NULL")
            for row in rows { waiting.insert(try row.id("account_id")) }
        }
        return waiting
    }

    /// Whether an approved steward exists who is neither suspended nor deleted. Without one, nobody could approve
    /// sign-ups.
    public static func hasSteward(in db: some Queryable) throws(DatabaseError) -> Bool {
        try db.row(
            """
            SELECT l.account_id FROM local_account l JOIN account a ON a.id = l.account_id
            WHERE l.role = 'steward' AND l.approved_at IS NOT NULL AND \(AccountRow.isActive) LIMIT 1
            """) != nil
    }

    /// Whether an active steward exists besides this one.
    ///
    /// The UPDATE locks the rows of all stewards, so that concurrent transactions wait for each other here. Otherwise
    /// the last two stewards could remove each other's role.
    public static func hasSteward(besides id: ID<Account>, in tx: Transaction) throws(DatabaseError) -> Bool {
        try tx.run("UPDATE local_account SET role = role WHERE role = 'steward'")
        return try tx.row(
            """
            SELECT l.account_id FROM local_account l JOIN account a ON a.id = l.account_id
            WHERE l.role = 'steward' AND l.approved_at IS NOT NULL AND \(AccountRow.isActive) AND a.id <> \(id) LIMIT 1
            """) != nil
    }

    /// The active steward with the oldest account: the contact for strangers.
    public static func firstSteward(in db: some Queryable) throws(DatabaseError) -> LocalAccount? {
        try first(
            """
            \(selection) WHERE l.role = 'steward' AND l.approved_at IS NOT NULL AND \(AccountRow.isActive)
            ORDER BY a.id LIMIT 1
            """, in: db)
    }

    /// The columns of the tables `local_account l` and `account a`.
    static let columns: SQL =
        """
        \(AccountRow.plain), l.email AS l_email, l.password_hash AS l_password_hash, l.role AS l_role,
        l.language AS l_language, l.sign_up_note AS l_sign_up_note, l.approved_at AS l_approved_at
        """

    private static let selection: SQL = "SELECT \(columns) FROM local_account l JOIN account a ON a.id = l.account_id"

    private static func first(_ sql: SQL, in db: some Queryable) throws(DatabaseError) -> LocalAccount? {
        guard let row = try db.row(sql) else { return nil }
        return try read(row)
    }

    /// The person in a row of a query over ``columns``.
    static func read(_ row: Row) throws(DatabaseError) -> LocalAccount {
        LocalAccount(
            account: try AccountRow.read(row), email: try row.textOrNil("l_email"),
            passwordHash: try row.textOrNil("l_password_hash"), role: try row.choice("l_role"),
            language: try row.textOrNil("l_language"), approvedAt: try row.timeOrNil("l_approved_at"))
    }
}

// MARK: - Changing

extension LocalAccounts {
    /// Approves a sign-up.
    ///
    /// - Returns: whether the person was waiting for approval. A second approval changes nothing.
    @discardableResult
    public static func approve(
        _ id: ID<Account>, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        let approved = try tx.changed(
            "UPDATE local_account SET approved_at = \(now) WHERE account_id = \(id) AND approved_at IS NULL")
        tx.announce(Change.settingsChanged.rawValue)
        return approved == 1
    }

    /// Changes the role of a person.
    public static func setRole(_ id: ID<Account>, _ role: Role, in tx: Transaction) throws(DatabaseError) {
        try tx.run("UPDATE local_account SET role = \(role) WHERE account_id = \(id)")
        tx.announce(Change.settingsChanged.rawValue)
    }

    /// Changes the stored password hash.
    ///
    /// - Parameter hash: nil for a person who only signs in by e-mail link.
    public static func setPassword(
        _ id: ID<Account>, hash: String?, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run("UPDATE local_account SET password_hash = \(hash) WHERE account_id = \(id)")
    }

    /// Changes the language of the pages. With nil the browser's language is used.
    public static func setLanguage(
        _ id: ID<Account>, _ language: String?, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run("UPDATE local_account SET language = \(language) WHERE account_id = \(id)")
        tx.announce(Change.settingsChanged.rawValue)
    }

    /// Changes the e-mail address, unless another person has it. Sign-in links that were sent to the old address become
    /// invalid.
    ///
    /// - Returns: whether the address was free.
    public static func setEmail(
        _ id: ID<Account>, _ email: String?, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        if let email {
            let owner = try byEmail(email.lowercased(), in: tx)
            guard owner == nil || owner?.account.id == id else { return false }
        }
        try tx.run(
            """
            UPDATE local_account SET email = \(email), email_folded = \(email?.lowercased())
            WHERE account_id = \(id)
            """)
        try SignInLinks.deleteAll(of: id, in: tx)
        return true
    }
}
