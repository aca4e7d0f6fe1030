// SPDX-License-Identifier: Apache-2.0

public import Vocabulary

/// A follow of one account by another.
public struct Follow: Sendable, Hashable {
    /// The states of a follow.
    public enum State: String, Sendable, CaseIterable {
        case requested, accepted, rejected

        /// The states that may follow this one. The followed account may revoke its answer at any time.
        public var successors: Set<State> {
            switch self {
            case .requested: [.accepted, .rejected]
            case .accepted: [.rejected]
            case .rejected: [.requested, .accepted]
            }
        }
    }

    /// The follower.
    public var follower: ID<Account>
    /// The followed account.
    public var target: ID<Account>
    /// The id of the `Follow` activity; `Accept` and `Reject` refer to it.
    public var activity: IRI
    /// The state.
    public var state: State

    /// Creates the value as the row has it.
    public init(follower: ID<Account>, target: ID<Account>, activity: IRI, state: State) {
        self.follower = follower
        self.target = target
        self.activity = activity
        self.state = state
    }
}
