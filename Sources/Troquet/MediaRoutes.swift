// SPDX-License-Identifier: Apache-2.0

internal import HTTPSupport
internal import HTTPTypes
internal import Hummingbird
internal import MediaStore

/// Serves uploaded media. Anyone who knows a name may read the file; names cannot be guessed.
struct MediaRoutes: Sendable {
    private let store: MediaStore

    init(_ store: MediaStore) {
        self.store = store
    }

    /// The route `/media/NAME`.
    var routes: [Route] {
        [
            .document("/media/:name") { [store] request, context in
                guard let name = MediaName(context.parameter("name") ?? ""), let file = try await store.open(name)
                else {
                    throw RequestError.notFound
                }
                let response = FileResponse(name: name.description, contentType: name.mediaType, size: file.size) {
                    try await file.read(from: $0, count: $1)
                }
                return response.response(to: request)
            }
        ]
    }
}
