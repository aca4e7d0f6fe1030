// SPDX-License-Identifier: Apache-2.0

public import Vocabulary

/// That a post quotes another one.
///
/// Spec: FEP-044f. The author of what is quoted decides; until then readers see a link.
public struct Quote: Sendable, Hashable {
    /// Where it stands.
    public enum State: String, Sendable, CaseIterable {
        /// The author of what is quoted has not agreed.
        case pending
        /// The author agreed, or wrote both.
        case accepted
        /// The author said no.
        case rejected
        /// The author agreed once and does no more.
        case revoked
        /// What was quoted is gone.
        case deleted
    }

    /// What is quoted, on the wire.
    public var iri: IRI
    /// The post that is quoted, when we have it.
    public var post: ID<Post>?
    /// Where it stands.
    public var state: State
    /// The author's word, on the wire.
    public var authorization: IRI?

    /// Creates the value.
    public init(iri: IRI, post: ID<Post>?, state: State, authorization: IRI? = nil) {
        self.iri = iri
        self.post = post
        self.state = state
        self.authorization = authorization
    }
}

/// Who may quote a post without asking.
public enum QuotePolicy: String, Sendable, CaseIterable {
    /// Whoever may read it.
    case everyone = "public"
    /// Who follows its author.
    case followers
    /// Nobody but its author.
    case nobody
    /// Its author wants to be asked.
    case manual
    /// Another node that says nothing about it.
    case unknown

    /// Whether somebody may quote a post: its author always, nobody what is not open.
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
