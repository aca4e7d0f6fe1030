// SPDX-License-Identifier: Apache-2.0

public import Vocabulary

/// That one account follows another.
public struct Follow: Sendable, Hashable {
    /// The life of a follow.
    public enum State: String, Sendable, CaseIterable {
        case requested, accepted, rejected

        /// Where it may go from here; an answer may be revoked by the followed one at any time.
        public var successors: Set<State> {
            switch self {
            case .requested: [.accepted, .rejected]
            case .accepted: [.rejected]
            case .rejected: [.requested, .accepted]
            }
        }
    }

    /// Who follows.
    public var follower: ID<Account>
    /// Who is followed.
    public var target: ID<Account>
    /// The id of the `Follow` on the wire: an answer names it.
    public var activity: IRI
    /// Where it stands.
    public var state: State

    /// Creates the value as the row has it.
    public init(follower: ID<Account>, target: ID<Account>, activity: IRI, state: State) {
        self.follower = follower
        self.target = target
        self.activity = activity
        self.state = state
    }
}
