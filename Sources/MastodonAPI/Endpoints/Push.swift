// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import HTTPSupport
internal import Model
internal import Services
internal import Storage

/// Push subscriptions: one for each token.
enum PushEndpoints {
    private static let path = "/api/v1/push/subscription"

    static let all: [Endpoint] = [
        .post(path, .person("push"), subscribe),
        .get(path, .person("push"), show),
        .put(path, .person("push"), change),
        .delete(path, .person("push"), end),
    ]

    private static func subscribe(_ call: APIRequest) async throws -> APIResponse {
        let sent = call.parameters.object("subscription") ?? SentParameters()
        guard let text = sent.text("endpoint"), !text.isEmpty else {
            throw APIError.invalid("endpoint", "ERR_BLANK", "can't be blank")
        }
        guard let keys = sent.object("keys"),
            let pushKeys = PushKeys(p256dh: keys.text("p256dh") ?? "", auth: keys.text("auth") ?? "")
        else { throw APIError.invalid("keys", "ERR_INVALID", "are invalid") }
        guard let request = PushRequest(endpoint: text, keys: pushKeys) else {
            throw APIError.invalid("endpoint", "ERR_INVALID", "is invalid")
        }
        var wanted = request
        wanted.isStandard = sent.bool("standard") ?? call.parameters.bool("standard") ?? false
        wanted.accessToken = APIPipeline.token(of: call.request) ?? ""
        let data = call.parameters.object("data") ?? SentParameters()
        wanted.alerts = alerts(data) ?? []
        wanted.policy = try policy(call.parameters) ?? .all
        return try await respond(try await call.services.receivePushes(wanted, as: identity(call)), call)
    }

    private static func show(_ call: APIRequest) async throws -> APIResponse {
        let token = try identity(call).token
        let found = try await call.database.read { db in try PushSubscriptions.byToken(token, in: db) }
        guard let found else { throw APIError.notFound }
        return try await respond(found, call)
    }

    private static func change(_ call: APIRequest) async throws -> APIResponse {
        let data = call.parameters.object("data") ?? SentParameters()
        let changed = try await call.services.changePushes(
            alerts: alerts(data), policy: try policy(call.parameters), as: identity(call))
        return try await respond(changed, call)
    }

    private static func end(_ call: APIRequest) async throws -> APIResponse {
        try await call.services.endPushes(as: identity(call))
        return .done
    }

    // MARK: - Parameters and response

    private static func identity(_ call: APIRequest) throws(APIError) -> AppIdentity {
        guard let identity = call.identity else { throw .userNeeded }
        return identity
    }

    /// Returns the requested notification types; nil when the request does not mention them.
    private static func alerts(_ data: SentParameters) -> Set<String>? {
        guard let sent = data.object("alerts") else { return nil }
        return Set(PushSubscription.alertNames.filter { sent.bool($0) == true })
    }

    private static func policy(_ parameters: SentParameters) throws(APIError) -> PushSubscription.Policy? {
        guard let value = parameters.object("data")?.text("policy") ?? parameters.text("policy"), !value.isEmpty else {
            return nil
        }
        guard let policy = PushSubscription.Policy(rawValue: value) else {
            throw .notInList("policy")
        }
        return policy
    }

    private static func respond(_ subscription: PushSubscription, _ call: APIRequest) async throws -> APIResponse {
        let key = try await call.services.pushKey()
        return APIResponse { $0.pushSubscription(subscription, serverKey: key) }
    }
}

extension JSONWriter {
    /// WebPushSubscription. All alert types are written, requested or not. The id is a number.
    mutating func pushSubscription(_ subscription: PushSubscription, serverKey: String) {
        object {
            $0.key("id")
            $0.number(subscription.id.rawValue)
            $0.field("endpoint", String(describing: subscription.endpoint))
            $0.field("standard", subscription.isStandard)
            $0.object("alerts") { writer in
                for name in PushSubscription.alertNames {
                    writer.key(named: name)
                    writer.bool(subscription.alerts.contains(name))
                }
            }
            $0.field("policy", subscription.policy.rawValue)
            $0.field("server_key", serverKey)
        }
    }
}
