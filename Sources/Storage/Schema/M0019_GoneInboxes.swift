// SPDX-License-Identifier: Apache-2.0

internal import Database

extension Schema {
    /// The accounts of an inbox that is gone are found without looking at all accounts.
    static let goneInboxes = Migration(19, "gone_inboxes") { _ in
        "CREATE INDEX account_inbox ON account (inbox) WHERE inbox IS NOT NULL"
        "CREATE INDEX account_shared_inbox ON account (shared_inbox) WHERE shared_inbox IS NOT NULL"
    }
}
