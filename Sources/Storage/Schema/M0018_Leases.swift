// SPDX-License-Identifier: Apache-2.0

internal import Database

extension Schema {
    /// The column `lease_holder` in every queue names the process that holds a lease. New indexes find the rows of one
    /// run.
    static let leases = Migration(18, "leases") {
        for table in ["received", "delivery", "mail", "push_queue", "media", "scheduled"] as [SQL] {
            "ALTER TABLE \(table) ADD COLUMN lease_holder \(.integer)"
        }
        "ALTER TABLE scheduled ADD COLUMN lease_until \(.integer)"
        "CREATE INDEX received_signer ON received (signer_id, run_at, id) WHERE state = 'waiting'"
        "CREATE INDEX received_leased ON received (signer_id, lease_until) WHERE lease_until IS NOT NULL"
        "CREATE INDEX push_queue_leased ON push_queue (subscription_id, lease_until) WHERE lease_until IS NOT NULL"
    }
}
