// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// What waits for somebody who moderates or runs a group, of that of which they were notified.
public struct WaitingTasks: Sendable, Hashable {
    /// Sign-ups to approve.
    public let signUps: Int
    /// Open reports.
    public let reports: Int
    /// Requests to enter a group.
    public let requests: Int

    /// Creates the value.
    public init(signUps: Int, reports: Int, requests: Int) {
        self.signUps = signUps
        self.reports = reports
        self.requests = requests
    }

    /// Reads what waits for a member.
    public static func of(_ account: ID<Account>, in db: some Queryable) throws(DatabaseError) -> WaitingTasks {
        let moderates: SQL = """
            EXISTS (SELECT 1 FROM local_account l WHERE l.account_id = n.account_id
                AND l.role IN ('moderator', 'steward'))
            """
        let row = try db.row(
            """
            SELECT
                (SELECT count(*) FROM notification n JOIN local_account w ON w.account_id = n.from_id
                    WHERE n.account_id = \(account) AND n.type = 'admin.sign_up' AND w.approved_at IS NULL
                        AND \(moderates)) AS sign_ups,
                (SELECT count(*) FROM notification n JOIN report r ON r.id = n.report_id
                    WHERE n.account_id = \(account) AND n.type = 'admin.report' AND r.resolved_at IS NULL
                        AND \(moderates)) AS reports,
                (SELECT count(*) FROM notification n
                    WHERE n.account_id = \(account) AND n.type = 'group.request') AS requests
            """)
        return WaitingTasks(
            signUps: try row?.count("sign_ups") ?? 0, reports: try row?.count("reports") ?? 0,
            requests: try row?.count("requests") ?? 0)
    }

    /// Whether nothing waits for a member any more.
    public static func isDone(of account: ID<Account>, in db: some Queryable) throws(DatabaseError) -> Bool {
        let tasks = try of(account, in: db)
        return tasks.signUps + tasks.reports + tasks.requests == 0
    }
}
