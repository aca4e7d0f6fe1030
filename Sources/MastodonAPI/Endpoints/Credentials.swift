// SPDX-License-Identifier: Apache-2.0

internal import HTTPSupport
internal import Model
internal import Services

/// Reading and changing the caller's profile. The token of a group changes the group.
enum CredentialEndpoints {
    static let all: [Endpoint] = [
        .get("/api/v1/profile", .person("profile")) { try await profile($0) },
        .patch("/api/v1/profile", .person("write:accounts")) { call in
            try await change(call)
            return try await profile(call)
        }.takingFiles(files),
        .patch("/api/v1/accounts/update_credentials", .person("write:accounts")) { call in
            try await change(call)
            return try await own(call)
        }.takingFiles(files),
        .delete("/api/v1/profile/avatar", .person("write:accounts")) { call in
            try await call.services.removePicture(.avatar, as: try call.principal())
            return try await own(call)
        },
        .delete("/api/v1/profile/header", .person("write:accounts")) { call in
            try await call.services.removePicture(.header, as: try call.principal())
            return try await own(call)
        },
    ]

    /// At most two files: avatar and header picture.
    private static let files = UploadReceiver.Limits(fileBytes: MediaLimits.imageBytes, files: 2)

    private static func own(_ call: APIRequest) async throws -> APIResponse {
        let own = try await call.services.ownProfile(as: try call.principal())
        return APIResponse { $0.ownAccount(own, call.rendering) }
    }

    private static func profile(_ call: APIRequest) async throws -> APIResponse {
        let own = try await call.services.ownProfile(as: try call.principal())
        return APIResponse { $0.profile(own) }
    }

    private static func change(_ call: APIRequest) async throws {
        let sent = call.parameters
        var change = ProfileChange()
        change.displayName = sent.text("display_name")
        change.note = sent.text("note")
        change.approvesFollowers = sent.bool("locked")
        change.isRobot = sent.bool("bot")
        change.discoverable = sent.bool("discoverable")
        change.indexable = sent.bool("indexable")
        change.hidesFollows = sent.bool("hide_collections")
        // Null says nothing about the fields; an empty list removes them.
        if sent.hasValue("fields_attributes") {
            change.fields = sent.objects("fields_attributes").map {
                ProfileChange.FieldDraft(name: $0.text("name") ?? "", value: $0.text("value") ?? "")
            }
        }
        if let source = sent.object("source") { try addDefaults(source, to: &change) }
        try await call.services.changeProfile(change, as: try call.principal())
        for (name, picture) in [("avatar", ProfilePicture.avatar), ("header", .header)] {
            guard let file = call.file(name) else { continue }
            try await call.services.setPicture(picture, .file(path: file.path), as: try call.principal())
        }
    }

    private static func addDefaults(_ source: SentParameters, to change: inout ProfileChange) throws(APIError) {
        if let value = source.text("privacy") {
            guard let visibility = Visibility(apiName: value) else { throw .notInList("privacy") }
            change.visibility = visibility
        }
        if let value = source.text("quote_policy"), !value.isEmpty {
            guard let policy = QuotePolicy(apiName: value) else { throw .notInList("quote_policy") }
            change.quotePolicy = policy
        }
        change.sensitive = source.bool("sensitive")
        change.language = source.text("language")
    }
}
