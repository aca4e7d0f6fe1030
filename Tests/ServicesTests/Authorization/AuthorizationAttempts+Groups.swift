// SPDX-License-Identifier: Apache-2.0

import Model
import Services
import Storage
import TestSupport
import Vocabulary

extension AuthorizationAttempts {
    /// What the people who run a group decide about its posts.
    static let groups: [String: Preparation] = [
        "removeFromGroup(_:reason:isHeld:ban:as:)": { s in
            let id = try await s.postInGroup()
            return { try await s.services.removeFromGroup(id, ban: .day, as: $0) }
        },
        "returnToGroup(_:_:as:)": { s in
            let id = try await s.postInGroup()
            try await s.services.removeFromGroup(id, as: .operator)
            return { try await s.services.returnToGroup(id, s.group, as: $0) }
        },
        "refusePost(_:_:as:)": { s in
            let id = try await s.postInGroup()
            try await s.services.removeFromGroup(id, isHeld: true, as: .operator)
            return { try await s.services.refusePost(id, s.group, as: $0) }
        },
        "lockDiscussion(_:_:as:)": { s in
            let id = try await s.postInGroup()
            return { try await s.services.lockDiscussion(id, true, as: $0) }
        },
        "ban(_:from:_:reason:as:)": { s in
            let id = try await s.stage.person()
            return { try await s.services.ban(id, from: s.group, .week, as: $0) }
        },
        "unban(_:from:as:)": { s in
            let id = try await s.stage.person()
            try await s.services.ban(id, from: s.group, .week, as: .operator)
            return { try await s.services.unban(id, from: s.group, as: $0) }
        },
    ]
}

extension Scene {
    /// A post of another member in the group.
    fileprivate func postInGroup() async throws -> ID<Post> {
        var draft = PostDraft(text: "Une annonce")
        draft.group = group
        return try await services.publishPost(draft, as: .member(try await stage.person()))
    }
}
