// SPDX-License-Identifier: Apache-2.0

public import Vocabulary

/// A quote of another post.
///
/// Spec: FEP-044f. The author of the quoted post approves or rejects; until then readers see a plain link.
public struct Quote: Sendable, Hashable {
    /// The states of a quote.
    public enum State: String, Sendable, CaseIterable {
        /// The author of the quoted post has not answered.
        case pending
        /// The author approved, or is the author of both posts.
        case accepted
        /// The author rejected the quote.
        case rejected
        /// The author approved and later revoked the approval.
        case revoked
        /// The quoted post was deleted.
        case deleted
    }

    /// The ActivityPub id of the quoted post.
    public var iri: IRI
    /// The quoted post, when it is in this database.
    public var post: ID<Post>?
    /// The state.
    public var state: State
    /// The id of the `QuoteAuthorization` of the quoted post's author.
    public var authorization: IRI?

    /// Creates the value.
    public init(iri: IRI, post: ID<Post>?, state: State, authorization: IRI? = nil) {
        self.iri = iri
        self.post = post
        self.state = state
        self.authorization = authorization
    }
}

/// Who may quote a post without approval.
public enum QuotePolicy: String, Sendable, CaseIterable {
    /// Everybody who may read it.
    case everyone = "public"
    /// Followers of its author.
    case followers
    /// Only its author.
    case nobody
    /// Nobody; its author approves each quote.
    case manual
    /// The remote post states no policy.
    case unknown

    /// Whether somebody may quote a post without approval. Its author always may; others never may when it is not
    /// public or unlisted.
    public func admits(_ relation: PostRelation, to visibility: Visibility) -> Bool {
        if relation.isAuthor { return true }
        guard visibility.isOpen, !relation.isBlocked else { return false }
        switch self {
        case .everyone: return true
        case .followers: return relation.followsAuthor
        case .nobody, .manual, .unknown: return false
        }
    }
}
