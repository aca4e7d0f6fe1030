// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

/// Which posts quote which.
public enum Quotes {
    /// Says where the quote of a post stands.
    ///
    /// - Parameter authorization: the author's word; nil takes it away.
    public static func set(
        _ state: Quote.State, authorization: IRI?, of post: ID<Post>, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            UPDATE post SET quote_state = \(state), quote_authorization = \(authorization)
            WHERE id = \(post) AND quoted_iri IS NOT NULL
            """)
    }

    /// Says who may quote a post.
    public static func setPolicy(
        _ policy: QuotePolicy, of post: ID<Post>, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run("UPDATE post SET quote_policy = \(policy) WHERE id = \(post)")
    }

    /// The post whose quote rests on a word of its author.
    public static func byAuthorization(_ iri: IRI, in db: some Queryable) throws(DatabaseError) -> ID<Post>? {
        let ids: [ID<Post>] = try PostRow.ids(
            "SELECT id FROM post WHERE quote_authorization = \(iri) ORDER BY id LIMIT 1", in: db)
        return ids.first
    }

    // MARK: - Kept by those who store posts

    /// Quotes that came before what they quote now know it.
    static func linkEarlierQuotes(_ post: Post, in tx: Transaction) throws(DatabaseError) {
        try tx.run("UPDATE post SET quoted_id = \(post.id) WHERE quoted_iri = \(post.iri) AND quoted_id IS NULL")
    }

    /// A post is about to be deleted: what quotes it shows that.
    static func removing(_ id: ID<Post>, in tx: Transaction) throws(DatabaseError) {
        try tx.run("UPDATE post SET quoted_id = NULL, quote_state = 'deleted' WHERE quoted_id = \(id)")
    }

    /// All that an account wrote is about to be deleted.
    static func removingAll(by author: ID<Account>, in tx: Transaction) throws(DatabaseError) {
        try tx.run(
            """
            UPDATE post SET quoted_id = NULL, quote_state = 'deleted'
            WHERE quoted_id IN (SELECT q.id FROM post q WHERE q.author_id = \(author))
            """)
    }
}
