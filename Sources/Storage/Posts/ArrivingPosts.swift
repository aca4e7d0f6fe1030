// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

/// What is stored here about a post of another node that has arrived, and about the objects and accounts that it names.
public struct ArrivingPost: Sendable {
    /// Whether the object was deleted here before.
    public var isGone: Bool
    /// The stored post with the same IRI; nil when there is none.
    public var known: Post?
    /// The known accounts among those that the post mentions or addresses.
    public var named: [IRI: Account]
    /// Whether a local account follows the author.
    public var isFollowed: Bool
    /// The post that it replies to; nil when it is not stored here.
    public var parent: Post?
    /// The relation of the author to `parent`.
    public var relation: PostRelation
    /// The event that it replies to; nil when it is not stored here.
    public var answeredEvent: ID<Event>?
    /// The group of `parent`.
    public var parentGroup: Account?
    /// The accounts among `named` and `parentGroup` in which the author may not write: those that blocked the author or
    /// that the author blocked, groups that banned the author, and local groups that approve their members when the
    /// author is none.
    public var blocked: Set<ID<Account>>
    /// Whether the discussion to which it replies is closed.
    public var isThreadLocked: Bool
    /// The words by which people find it, when the caller knows them already.
    public var words: String?
    /// Whether replies to it arrived earlier.
    var hasReplies: Bool
    /// Whether quotes of it arrived earlier.
    var hasQuotes: Bool
}

/// What is stored here about an object before its document is proved. The properties are those of its claims.
public struct ObjectKnowledge: Sendable {
    /// Whether the object was deleted here before.
    public var isGone: Bool
    /// Whether the post or event is stored here.
    public var isKnown: Bool
    /// Whether a local account follows the author.
    public var isFollowed: Bool
    /// Whether a local account is among those that it names.
    public var namesLocal: Bool
    /// Whether the post or event that it replies to is stored here.
    public var knowsParent: Bool
}

/// Reads everything that decides about an arriving post in one round trip to PostgreSQL.
public enum ArrivingPosts {
    /// Three statements, whatever the post names. They do not depend on one another.
    ///
    /// - Parameters:
    ///   - iri: the post.
    ///   - author: its proved author.
    ///   - named: the accounts that it mentions or addresses; at most 500.
    ///   - parent: the post or event that it replies to.
    ///   - now: the time at which bans are looked at.
    public static func read(
        _ iri: IRI, by author: ID<Account>, naming named: [IRI], replyingTo parent: IRI?, at now: Timestamp,
        in db: some Queryable
    ) throws(DatabaseError) -> ArrivingPost {
        let named = Set(named).sorted().prefix(listLimit)
        let answers = try db.rows(ofEach: [
            facts(iri, author, parent), Posts.withRelation([iri, parent].compactMap { $0 }, of: author),
            accounts(Array(named), parent, author, at: now),
        ])
        guard answers.count == 3, let facts = answers[0].first else {
            throw DatabaseError(.other, "the facts about a post are missing")
        }
        let posts = try Posts.withRelation(answers[1], of: author)
        var arriving = ArrivingPost(
            isGone: try facts.bool("is_gone"), known: posts[iri]?.post, named: [:],
            isFollowed: try facts.bool("is_followed"), parent: nil, relation: .stranger,
            answeredEvent: try facts.idOrNil("answered_event"), parentGroup: nil, blocked: [],
            isThreadLocked: try facts.bool("is_locked"), hasReplies: try facts.bool("has_replies"),
            hasQuotes: try facts.bool("has_quotes"))
        if let parent, let found = posts[parent] { (arriving.parent, arriving.relation) = found }
        for row in answers[2] {
            let account = try AccountRow.read(row)
            if try !row.bool("is_free") { arriving.blocked.insert(account.id) }
            if named.contains(account.iri) { arriving.named[account.iri] = account }
            if let parent = arriving.parent, parent.group == account.id { arriving.parentGroup = account }
        }
        return arriving
    }

    private static func facts(_ iri: IRI, _ author: ID<Account>, _ parent: IRI?) -> SQL {
        """
        SELECT EXISTS (SELECT 1 FROM tombstone t WHERE t.iri = \(iri)) AS is_gone,
            \(Follows.isFollowedHere(author)) AS is_followed,
            EXISTS (SELECT 1 FROM post r WHERE r.in_reply_to_iri = \(iri) AND r.in_reply_to_id IS NULL) AS has_replies,
            EXISTS (SELECT 1 FROM post r WHERE r.quoted_iri = \(iri) AND r.quoted_id IS NULL) AS has_quotes,
            EXISTS (SELECT 1 FROM post q JOIN thread_lock l ON l.thread_id = q.thread_id
                    WHERE q.iri = \(parent)) AS is_locked,
            (SELECT v.id FROM event v WHERE v.iri = \(parent)) AS answered_event
        """
    }

    private static func accounts(
        _ named: [IRI], _ parent: IRI?, _ author: ID<Account>, at now: Timestamp
    ) -> SQL {
        """
        SELECT \(AccountRow.plain), (\(Conditions.mayWrite(author, in: "a", at: now))) AS is_free
        FROM account a
        WHERE a.id IN (SELECT n.id FROM account n WHERE n.iri IN (\(list: named))
                       UNION SELECT p.group_id FROM post p WHERE p.iri = \(parent))
        """
    }

    /// What is stored here about an object that claims these properties. One statement.
    ///
    /// - Parameters:
    ///   - object: the object.
    ///   - author: the known account among its authors.
    ///   - named: the accounts that it mentions or addresses; at most 500.
    ///   - parent: the post or event that it replies to.
    public static func knowledge(
        of object: IRI, by author: ID<Account>?, naming named: [IRI], replyingTo parent: IRI?, in db: some Queryable
    ) throws(DatabaseError) -> ObjectKnowledge {
        let row = try db.row(
            """
            SELECT EXISTS (SELECT 1 FROM tombstone t WHERE t.iri = \(object)) AS is_gone,
                (\(isHere(object))) AS is_known,
                \(Follows.isFollowedHere(author ?? .first)) AS is_followed,
                EXISTS (SELECT 1 FROM account a
                        WHERE a.iri IN (\(list: named.prefix(listLimit))) AND a.host = '') AS names_local,
                (\(isHere(parent))) AS knows_parent
            """)
        guard let row else { throw DatabaseError(.other, "the facts about an object are missing") }
        return ObjectKnowledge(
            isGone: try row.bool("is_gone"), isKnown: try row.bool("is_known"),
            isFollowed: try row.bool("is_followed"), namesLocal: try row.bool("names_local"),
            knowsParent: try row.bool("knows_parent"))
    }

    private static func isHere(_ iri: IRI?) -> SQL {
        """
        EXISTS (SELECT 1 FROM post p WHERE p.iri = \(iri)) OR EXISTS (SELECT 1 FROM event v WHERE v.iri = \(iri))
        """
    }
}
