// SPDX-License-Identifier: Apache-2.0

internal import HTTPSupport
internal import HTTPTypes
internal import Hummingbird
internal import Model
internal import Services

/// Pictures, films and sounds, handed in before the status that shows them.
enum MediaEndpoints {
    static let all: [Endpoint] = [
        .post("/api/v1/media", .person("write:media")) { call in
            // Apps of this operation do not ask again: they are answered when it is done, if that takes no age.
            let media = try await upload(call, patience: .seconds(25), waitsForFilms: true)
            return Answer { $0.media(media, call.rendering) }
        }.takingFiles(limits),
        .post("/api/v2/media", .person("write:media")) { call in
            let media = try await upload(call, patience: .seconds(10), waitsForFilms: false)
            return Answer(status: media.state == .ready ? .ok : .accepted) { $0.media(media, call.rendering) }
        }.takingFiles(limits),
        .get("/api/v1/media/:id", .person("write:media"), show),
        .put("/api/v1/media/:id", .person("write:media"), edit),
        .delete("/api/v1/media/:id", .person("write:media")) { call in
            try await call.services.deleteMedia(try call.id(), as: try call.actor())
            return .done
        },
    ]

    /// The file, and a picture for it that some apps send and we make ourselves.
    private static let limits = Uploads.Limits(fileBytes: MediaLimits.videoBytes, files: 2)

    private static func upload(
        _ call: Call, patience: Duration, waitsForFilms: Bool
    ) async throws -> Media {
        let owner = try call.actor()
        guard let file = call.file("file") else {
            throw APIError.unprocessable("Validation failed: File can't be blank")
        }
        var draft = MediaDraft(.file(path: file.path))
        draft.description = call.parameters.text("description") ?? ""
        draft.focus = call.parameters.text("focus").flatMap { FocalPoint($0) }
        let id = try await call.services.uploadMedia(draft, as: owner, patience: patience)
        let media = try await call.services.media(id, as: owner, patience: waitsForFilms ? patience : .zero)
        guard media.state != .failed else { throw failure }
        return media
    }

    private static let failure = APIError.unprocessable("Error processing thumbnail for uploaded media")

    /// 206 while it is converted, 422 when it cannot be.
    private static func show(_ call: Call) async throws -> Answer {
        let media = try await call.services.media(try call.id(), as: try call.actor())
        return try answer(media, call)
    }

    private static func edit(_ call: Call) async throws -> Answer {
        let sent = call.parameters
        let focus = sent.text("focus").flatMap { FocalPoint($0) }
        let media = try await call.services.editMedia(
            try call.id(), description: sent.text("description"), focus: focus, as: try call.actor())
        return try answer(media, call)
    }

    private static func answer(_ media: Media, _ call: Call) throws(APIError) -> Answer {
        guard media.state != .failed else { throw failure }
        return Answer(status: media.state == .ready ? .ok : .partialContent) { $0.media(media, call.rendering) }
    }
}
