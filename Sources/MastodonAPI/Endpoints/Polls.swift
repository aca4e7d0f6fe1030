// SPDX-License-Identifier: Apache-2.0

internal import HTTPSupport
internal import Model
internal import Services
internal import Storage

/// Polls, and the invitations of events, which apps show as polls.
enum PollEndpoints {
    static let all: [Endpoint] = [
        .get("/api/v1/polls/:id", .everyone("read:statuses")) { try await respond($0) },
        .post("/api/v1/polls/:id/votes", .person("write:statuses"), vote),
    ]

    private static func vote(_ call: APIRequest) async throws -> APIResponse {
        let principal = try call.principal()
        let choices = call.parameters.texts("choices").prefix(100).map { Int($0) ?? -1 }
        guard !choices.isEmpty else { throw APIError.badRequest("param is missing or the value is empty: choices") }
        switch try await StatusEndpoints.view(try call.id(), call).item.subject {
        case .post(let post): try await call.services.vote(choices, on: post, as: principal)
        case .event(let event):
            guard choices.count == 1 else { throw ServiceError.conflict("already_voted") }
            guard let choice = RSVP(rawValue: choices[0]) else {
                throw ServiceError.conflict("no_such_choice")
            }
            try await call.services.sendRSVP(event, choice, as: principal)
        }
        return try await respond(call)
    }

    private static func respond(_ call: APIRequest) async throws -> APIResponse {
        let view = try await StatusEndpoints.view(try call.id(), call)
        var writer = JSONWriter()
        guard writer.poll(of: view, call.rendering, viewer: call.viewer) else { throw APIError.notFound }
        let bytes = writer.bytes
        return APIResponse { $0.raw(bytes) }
    }
}
