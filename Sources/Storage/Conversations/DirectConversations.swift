// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// A conversation of direct messages, as one of its participants sees it (table `conversation`).
public struct DirectConversation: Sendable, Hashable {
    /// The id.
    public let id: ID<DirectConversation>
    /// The participant whose view it is.
    public var account: ID<Account>
    /// The latest direct message. The list is sorted by its id.
    public var lastPost: ID<Post>
    /// Whether a direct message arrived after the account last read the conversation.
    public var isUnread: Bool
    /// The other participants; the account itself when there is nobody else.
    public var others: [Account] = []
}

/// The table `conversation`: the direct messages of local accounts, by thread.
public enum DirectConversations {
    /// One page of an account's conversations, the one with the latest direct message first, in two statements.
    public static func list(
        of account: ID<Account>, _ page: PageRequest, in db: some Queryable
    ) throws(DatabaseError) -> [DirectConversation] {
        let list = try load(
            """
            WHERE c.account_id = \(account) AND c.last_post_id < \(page.before) AND c.last_post_id > \(page.after)
            ORDER BY c.last_post_id \(page.direction) LIMIT \(page.limit)
            """, of: account, in: db)
        return page.fromOldest ? list.reversed() : list
    }

    /// The account's conversation with this id.
    public static func find(
        _ id: ID<DirectConversation>, of account: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> DirectConversation? {
        try load("WHERE c.id = \(id) AND c.account_id = \(account)", of: account, in: db).first
    }

    /// Marks a conversation as read or unread.
    ///
    /// - Returns: whether it exists.
    @discardableResult
    public static func setUnread(
        _ id: ID<DirectConversation>, _ isUnread: Bool, of account: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        try tx.changed(
            "UPDATE conversation SET unread = \(isUnread) WHERE id = \(id) AND account_id = \(account)") == 1
    }

    /// Removes a conversation from the account's list. The direct messages stay, and the next one adds the conversation
    /// again.
    ///
    /// - Returns: whether it existed.
    @discardableResult
    public static func remove(
        _ id: ID<DirectConversation>, of account: ID<Account>, in tx: Transaction
    ) throws(DatabaseError) -> Bool {
        try tx.changed("DELETE FROM conversation WHERE id = \(id) AND account_id = \(account)") == 1
    }

    /// Adds a direct message to the conversations of the local accounts that take part in it.
    static func deliver(
        _ post: Post, ids: IDMaker, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        let people = try tx.rows(
            """
            SELECT a.id FROM account a
            WHERE a.host = '' AND (a.id = \(post.author)
                OR a.id IN (SELECT m.account_id FROM mention m WHERE m.post_id = \(post.id)))
                AND \(Conditions.noBlock(between: post.author, and: "a.id"))
            ORDER BY a.id
            """)
        for row in people {
            let person: ID<Account> = try row.id("id")
            let id: ID<DirectConversation> = ids.make(at: now)
            let stored = try tx.row(
                """
                INSERT INTO conversation (id, account_id, thread_id, last_post_id, unread)
                VALUES (\(id), \(person), \(post.thread), \(post.id), \(person != post.author))
                ON CONFLICT (account_id, thread_id) DO UPDATE
                SET last_post_id = excluded.last_post_id, unread = excluded.unread
                RETURNING id
                """)
            announce(try stored?.id("id") ?? id, account: person, in: tx)
        }
    }

    /// Updates the conversations before direct messages are deleted: the message before the deleted ones becomes the
    /// latest; a conversation without another message is deleted.
    ///
    /// - Parameter gone: a condition on the post `p` that selects the messages to delete.
    static func losing(_ gone: SQL, in tx: Transaction) throws(DatabaseError) {
        let losing: SQL = """
            last_post_id IN (SELECT p.id FROM post p WHERE p.visibility = 'direct' AND \(gone))
            """
        try tx.run(
            """
            UPDATE conversation SET unread = \(false), last_post_id = coalesce((
                SELECT max(p.id) FROM post p
                WHERE p.thread_id = conversation.thread_id AND p.visibility = 'direct' AND NOT (\(gone))
                    AND (p.author_id = conversation.account_id OR EXISTS (
                        SELECT 1 FROM mention m WHERE m.post_id = p.id AND m.account_id = conversation.account_id
                        \(.rowByRow)))), 0)
            WHERE \(losing)
            """)
        try tx.run("DELETE FROM conversation WHERE last_post_id = 0")
    }

    /// Announces a direct message to the streams after the commit.
    private static func announce(_ id: ID<DirectConversation>, account: ID<Account>, in tx: Transaction) {
        tx.announce(StreamEvent.conversation(id.rawValue, account: account))
    }

    private static func load(
        _ condition: SQL, of account: ID<Account>, in db: some Queryable
    ) throws(DatabaseError) -> [DirectConversation] {
        var list: [DirectConversation] = []
        let rows = try db.rows("SELECT c.id, c.last_post_id, c.unread FROM conversation c \(condition)")
        for row in rows {
            list.append(
                DirectConversation(
                    id: try row.id("id"), account: account, lastPost: try row.id("last_post_id"),
                    isUnread: try row.bool("unread")))
        }
        let people = try people(of: list.map(\.lastPost), in: db)
        for index in list.indices {
            let all = people[list[index].lastPost] ?? []
            let others = all.filter { $0.id != account }
            list[index].others = others.isEmpty ? all : others
        }
        return list
    }

    /// The author of each of the direct messages and the accounts that it mentions.
    private static func people(
        of posts: [ID<Post>], in db: some Queryable
    ) throws(DatabaseError) -> [ID<Post>: [Account]] {
        var people: [ID<Post>: [Account]] = [:]
        for list in posts.inLists() {
            let rows = try db.rows(
                """
                SELECT y.post_id, \(AccountRow.plain) FROM (
                    SELECT p.id AS post_id, p.author_id AS account_id FROM post p WHERE p.id IN (\(list: list))
                    UNION SELECT m.post_id, m.account_id FROM mention m WHERE m.post_id IN (\(list: list))) y
                JOIN account a ON a.id = y.account_id ORDER BY y.post_id, a.id
                """)
            for row in rows { people[try row.id("post_id"), default: []].append(try AccountRow.read(row)) }
        }
        return people
    }
}
