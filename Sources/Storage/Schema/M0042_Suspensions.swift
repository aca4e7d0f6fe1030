// SPDX-License-Identifier: Apache-2.0

internal import Database

extension Schema {
    /// The accounts whose suspension, or its end, is not carried out yet in all groups.
    static let suspensions = Migration(42, "suspensions") { _ in
        """
        CREATE TABLE unfinished_suspension (
            account_id \(.key) REFERENCES account (id)
        )\(.strict)
        """
    }
}
