// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model
public import Vocabulary

/// The quote columns of the table `post`: which post quotes which.
public enum Quotes {
    /// Sets the state of a post's quote.
    ///
    /// - Parameter authorization: the IRI of the quoted author's authorization; nil removes it.
    public static func set(
        _ state: Quote.State, authorization: IRI?, of post: ID<Post>, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run(
            """
            UPDATE post SET quote_state = \(state), quote_authorization = \(authorization)
            WHERE id = \(post) AND quoted_iri IS NOT NULL
            """)
    }

    /// Sets who may quote a post.
    public static func setPolicy(
        _ policy: QuotePolicy, of post: ID<Post>, in tx: Transaction
    ) throws(DatabaseError) {
        try tx.run("UPDATE post SET quote_policy = \(policy) WHERE id = \(post)")
    }

    /// The post whose quote depends on this authorization.
    public static func byAuthorization(_ iri: IRI, in db: some Queryable) throws(DatabaseError) -> ID<Post>? {
        let ids: [ID<Post>] = try PostRow.ids(
            "SELECT id FROM post WHERE quote_authorization = \(iri) ORDER BY id LIMIT 1", in: db)
        return ids.first
    }

    // MARK: - Called when posts are stored or deleted

    /// Links quotes that arrived before the quoted post to it.
    static func linkEarlierQuotes(_ post: Post, in tx: Transaction) throws(DatabaseError) {
        try tx.run("UPDATE post SET quoted_id = \(post.id) WHERE quoted_iri = \(post.iri) AND quoted_id IS NULL")
    }

    /// Marks the quotes of a post as deleted before the post is deleted.
    static func removing(_ id: ID<Post>, in tx: Transaction) throws(DatabaseError) {
        try tx.run("UPDATE post SET quoted_id = NULL, quote_state = 'deleted' WHERE quoted_id = \(id)")
    }
}
