// SPDX-License-Identifier: Apache-2.0

internal import HTTPSupport
internal import HTTPTypes
internal import Hummingbird
internal import Model
internal import Services

/// Uploads: pictures, videos and audio files, before a status shows them.
enum MediaEndpoints {
    static let all: [Endpoint] = [
        .post("/api/v1/media", .person("write:media")) { call in
            // Apps that use this operation do not poll, so it responds after the conversion, or when the patience ends.
            let media = try await upload(call, patience: .seconds(25), waitsForVideos: true)
            return APIResponse { $0.media(media, call.rendering) }
        }.takingFiles(limits),
        .post("/api/v2/media", .person("write:media")) { call in
            let media = try await upload(call, patience: .seconds(10), waitsForVideos: false)
            return APIResponse(status: media.state == .ready ? .ok : .accepted) { $0.media(media, call.rendering) }
        }.takingFiles(limits),
        .get("/api/v1/media/:id", .person("write:media"), show),
        .put("/api/v1/media/:id", .person("write:media"), edit).takingFiles(thumbnailLimits),
        .delete("/api/v1/media/:id", .person("write:media")) { call in
            try await call.services.deleteMedia(try call.id(), as: try call.principal())
            return .done
        },
    ]

    /// The file and its preview picture.
    private static let limits = UploadReceiver.Limits(fileBytes: MediaLimits.videoBytes, files: 2)
    private static let thumbnailLimits = UploadReceiver.Limits(fileBytes: MediaLimits.imageBytes, files: 2)

    private static func upload(
        _ call: APIRequest, patience: Duration, waitsForVideos: Bool
    ) async throws -> Media {
        let owner = try call.actor()
        guard let file = call.file("file") else {
            throw APIError.invalid("file", "ERR_BLANK", "can't be blank")
        }
        var draft = MediaDraft(.file(path: file.path))
        draft.description = call.parameters.text("description") ?? ""
        draft.focus = call.parameters.text("focus").flatMap { FocalPoint($0) }
        draft.thumbnail = try thumbnail(call)
        let id = try await call.services.uploadMedia(draft, as: try call.principal(), patience: patience)
        let media = try await call.services.media(id, of: owner, patience: waitsForVideos ? patience : .zero)
        guard media.state != .failed else { throw failure(of: media) }
        return media
    }

    /// Returns the uploaded preview picture. Text in its place is an error.
    private static func thumbnail(_ call: APIRequest) throws -> Upload? {
        guard call.parameters.text("thumbnail")?.isEmpty ?? true else {
            throw ServiceError.invalid([FieldError("thumbnail", "unsupported")])
        }
        return call.file("thumbnail").map { .file(path: $0.path) }
    }

    private static func failure(of media: Media) -> APIError {
        switch media.error {
        case "too_large", "too_slow": .invalid("file", "ERR_TOO_LARGE", "takes too long to be converted")
        case "too_many_pixels": .invalid("file", "ERR_TOO_LARGE", "has too many pixels")
        default: .unprocessable("Error processing thumbnail for uploaded media")
        }
    }

    /// Responds with 206 during the conversion, and with 422 when the conversion failed.
    private static func show(_ call: APIRequest) async throws -> APIResponse {
        let media = try await call.services.media(try call.id(), of: try call.actor())
        return try respond(media, call)
    }

    private static func edit(_ call: APIRequest) async throws -> APIResponse {
        let sent = call.parameters
        let edit = MediaEdit(
            description: sent.text("description"), focus: sent.text("focus").flatMap { FocalPoint($0) },
            thumbnail: try thumbnail(call))
        let media = try await call.services.editMedia(try call.id(), edit, as: try call.principal())
        return try respond(media, call)
    }

    private static func respond(_ media: Media, _ call: APIRequest) throws(APIError) -> APIResponse {
        guard media.state != .failed else { throw failure(of: media) }
        return APIResponse(status: media.state == .ready ? .ok : .partialContent) { $0.media(media, call.rendering) }
    }
}
