// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
internal import Markup
public import Model
internal import Storage

/// The form for a new group.
public struct GroupDraft: Sendable, Hashable {
    /// The name in its address.
    public var name: String
    /// The display name.
    public var title: String
    /// The description, as plain text.
    public var summary = ""
    /// Whether each follow request has to be approved.
    public var approvesFollowers = false

    /// Creates the value.
    public init(name: String, title: String) {
        self.name = name
        self.title = title
    }
}

extension Services {
    /// Creates a group. Moderators and the operator may do this. A moderator then runs and follows the group.
    @discardableResult
    public func createGroup(_ draft: GroupDraft, as principal: Principal) async throws -> Account {
        let name = draft.name.trimmed.lowercased()
        var check = Check()
        check.require(!LocalName.reserved.contains(name), "name", "reserved")
        check.require(LocalName.isAllowed(name), "name", "not_a_name")
        check.text(draft.title, "title", limit: PostLimits.title)
        check.text(draft.summary, "summary", limit: 2_000, isNeeded: false)
        try check.finish()
        let pair = try await secrets.makeKeyPair()
        return try await storeUnique { tx in
            let founder = try requireModerator(principal, in: tx).account
            try requireFree(name, in: tx)
            var group = newAccount(.group, name: name, iri: identifiers.group(name))
            group.displayName = draft.title.trimmed
            group.approvesFollowers = draft.approvesFollowers
            group.discoverable = true
            group.indexable = true
            let summary = draft.summary.trimmed
            group.summary = compose(summary, known: [:]).html
            try insert(group, summarySource: summary, pair: pair, in: tx)
            if let founder {
                try GroupRoles.set(.moderator, group: group.id, account: founder.id, in: tx)
                try outbox.follow(group, by: founder, in: tx)
                _ = try Follows.setState(.accepted, by: founder.id, of: group.id, in: tx)
            }
            return group
        }
    }
}
