// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
public import Model
public import Storage
internal import Vocabulary

/// A report to the moderators.
public struct ReportDraft: Sendable, Hashable {
    /// The account that is reported.
    public var account: ID<Account>
    /// Statuses of that account: its posts, boosts and events. At most fifty are used.
    public var items: [ID<TimelineItem>] = []
    /// A comment, as plain text.
    public var comment = ""
    /// The category: `spam`, `legal`, `violation` or `other`.
    public var category = "other"
    /// The ids of the broken rules: their numbers in the list of rules, from 1. The comment of the report names them.
    public var rules: [String] = []
    /// Whether the report is also sent to the server of the account, without the name of the reporter.
    public var isForwarded = false

    /// Creates a report about an account.
    public init(account: ID<Account>) {
        self.account = account
    }
}

extension Services {
    private static let reportCategories: Set<String> = ["spam", "legal", "violation", "other"]

    /// Sends a report to the moderators about an account and its statuses.
    ///
    /// - Returns: the report. It says whether it is being sent to the other server, which has not taken it yet.
    public func report(_ draft: ReportDraft, as principal: Principal) async throws -> Report {
        var check = Check()
        check.text(draft.comment, "comment", limit: 1_000, isNeeded: false)
        check.require(Self.reportCategories.contains(draft.category), "category", "not_a_category")
        let rules = profile.ruleList
        let broken = draft.rules.compactMap { Int($0) }.filter { rules.indices.contains($0 - 1) }
        check.require(broken.count == draft.rules.count && broken.count <= 50, "rule_ids", "not_a_rule")
        try check.finish()
        try attempts.take("report:\(claimedAccount(principal))", at: now())
        let comment = ([draft.comment.trimmed] + broken.map { "– \(rules[$0 - 1])" })
            .filter { !$0.isEmpty }.joined(separator: "\n")
        return try await database.write { tx in
            let (actor, account) = try pair(principal, draft.account, in: tx)
            var report = Report(
                id: ids.make(at: now()), activity: identifiers.activity(ids.make(at: now())), reporter: actor.id,
                target: account.id, objects: [account.iri.string], comment: comment, createdAt: now())
            report.category = draft.category
            for view in try StatusViews.load(
                try TimelineItems.byIDs(Array(draft.items.prefix(50)), in: tx), viewer: actor.id, in: tx)
            {
                guard view.author.id == account.id || view.item.account == account.id else {
                    throw ServiceError.notFound
                }
                report.objects.append(Self.address(of: view))
            }
            try Reports.insert(report, in: tx)
            try outbox.notify(.report(report), in: tx)
            guard draft.isForwarded, !account.isLocal else { return report }
            let flag = try outbox.flag(report, about: account, in: tx)
            try Reports.handOver(report.id, by: flag, in: tx)
            report.handover = flag == nil ? .failed : .queued
            return report
        }
    }

    private static func address(of view: StatusView) -> String {
        switch view.subject {
        case .post(let status): status.post.iri.string
        case .event(let status): status.event.iri.string
        }
    }
}
