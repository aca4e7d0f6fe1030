// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
internal import Markup
public import Model
internal import Storage

extension Services {
    /// Changes the title and the description of a group.
    public func editGroup(_ id: ID<Account>, title: String, summary: String, as principal: Principal) async throws {
        var check = Check()
        check.text(title, "title", limit: PostLimits.title)
        check.text(summary, "summary", limit: 2_000, isNeeded: false)
        try check.finish()
        try await database.write { tx in
            var group = try requireRunning(id, principal, in: tx)
            group.displayName = title.trimmed
            group.summary = compose(summary.trimmed, known: [:]).html
            try Accounts.update(group, summarySource: summary.trimmed, at: now(), in: tx)
            try outbox.update(group, in: tx)
            tx.announce(.settingsChanged)
        }
    }
}
