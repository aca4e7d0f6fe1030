// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// The members of this server who belong to a local group: the people whose follow of the group was accepted.
public enum GroupMembers {
    /// One page of them, the longest in the group first.
    ///
    /// - Parameters:
    ///   - onlyListed: whether members who did not choose to be shown to everybody are left out.
    ///   - mark: where the page before ended; nil for the first page.
    public static func page(
        of group: ID<Account>, onlyListed: Bool, after mark: AccountMark? = nil, limit: Int, in db: some Queryable
    ) throws(DatabaseError) -> AccountPage {
        let listed: SQL = onlyListed ? "AND a.discoverable" : ""
        return try AccountRow.page(
            "\(rows(of: group)) \(listed)", by: "f.created_at", after: mark, limit: limit, in: db)
    }

    /// How many there are, whether they are listed or not.
    public static func count(of group: ID<Account>, in db: some Queryable) throws(DatabaseError) -> Int {
        try db.row("SELECT count(*) AS n \(rows(of: group))")?.count("n") ?? 0
    }

    private static func rows(of group: ID<Account>) -> SQL {
        """
        FROM follow f JOIN account a ON a.id = f.follower_id
        WHERE f.target_id = \(group) AND f.state = 'accepted' AND a.host = '' AND a.kind IN ('person', 'service')
          AND \(AccountRow.isActive)
        """
    }
}
