// SPDX-License-Identifier: Apache-2.0

internal import Database

extension Schema {
    /// Indexes that find the accounts of an inbox without a scan of all accounts.
    static let goneInboxes = Migration(19, "gone_inboxes") { _ in
        "CREATE INDEX account_inbox ON account (inbox) WHERE inbox IS NOT NULL"
        "CREATE INDEX account_shared_inbox ON account (shared_inbox) WHERE shared_inbox IS NOT NULL"
    }
}
