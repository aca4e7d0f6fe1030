// SPDX-License-Identifier: Apache-2.0

internal import Database

extension Schema {
    /// The processes that use the database (`process`), one row for each slot that was used. The column `crashes` of
    /// every queue counts how many processes died while they held the row.
    static let processes = Migration(23, "processes") {
        """
        CREATE TABLE process (
            slot \(.key),
            holder \(.integer),
            started_at \(.integer) NOT NULL,
            beat_at \(.integer) NOT NULL
        )\(.strict)
        """
        for table in ["received", "delivery", "mail", "push_queue", "media", "scheduled"] as [SQL] {
            "ALTER TABLE \(table) ADD COLUMN crashes \(.integer) NOT NULL DEFAULT 0"
        }
        "ALTER TABLE peer ADD COLUMN woken_at \(.integer)"
        "ALTER TABLE abandoned_delivery ADD COLUMN deliveries \(.integer) NOT NULL DEFAULT 1"
    }
}
