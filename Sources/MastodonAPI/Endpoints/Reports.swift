// SPDX-License-Identifier: Apache-2.0

internal import HTTPSupport
internal import Model
internal import Services
internal import Storage

/// Reports to the moderators.
enum ReportEndpoints {
    static let all: [Endpoint] = [.post("/api/v1/reports", .person("write:reports"), report)]

    private static func report(_ call: APIRequest) async throws -> APIResponse {
        let sent = call.parameters
        guard let id: ID<Account> = try call.sentID("account_id") else {
            throw APIError.invalid("account", "ERR_BLANK", "must exist")
        }
        var draft = ReportDraft(account: id)
        draft.items = sent.texts("status_ids").prefix(50).compactMap { ID<TimelineItem>($0) }
        draft.comment = sent.text("comment") ?? ""
        draft.rules = sent.texts("rule_ids")
        if let category = sent.text("category"), !category.isEmpty { draft.category = category }
        draft.isForwarded = sent.bool("forward") == true
        let target = try await AccountEndpoints.account(id, call)
        let report = try await call.services.report(draft, as: try call.principal())
        return APIResponse { $0.report(report, about: target, statuses: draft.items, call.rendering) }
    }
}
