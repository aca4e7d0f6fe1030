// SPDX-License-Identifier: Apache-2.0

internal import HTTPSupport
internal import Model
internal import Services

extension Visit {
    /// Returns the file fields of a post, each with a field for its description.
    func pictureFields(_ state: FormState) -> HTML {
        let rows = each(1...PostLimits.media) { number in
            let file = Field(
                "picture\(number)", t(.pictureField, String(number)), .file(accept: "image/*,video/*,audio/*"))
            let words = Field("picture\(number)_text", t(.pictureWords)).with { $0.limit = PostLimits.mediaDescription }
            return "\(field(file, state))\(field(words, state))"
        }
        let isOpen = state.errors.contains { $0.field.hasPrefix("picture") }
        return """
            <details class="pictures"\(" open", if: isOpen)><summary>\(t(.addPictures))</summary>
            <p class="hint">\(t(.picturesHint))</p>\(rows)</details>
            """
    }
}

extension Submission {
    /// How long the upload of a video waits for its conversion before the post is published.
    private static let patience = Duration.seconds(60)

    /// Uploads the chosen files, in the order of the fields.
    ///
    /// - Throws: the error of a file, with the name of its field.
    func handInPictures() async throws -> [ID<Media>] {
        let me = try visit.member().account.id
        var ids: [ID<Media>] = []
        for number in 1...PostLimits.media {
            guard let upload = file("picture\(number)") else { continue }
            var draft = MediaDraft(upload)
            draft.description = form["picture\(number)_text"]
            do {
                let id = try await visit.services.uploadMedia(draft, as: .member(me), patience: Self.patience)
                _ = try await visit.services.media(id, of: me, patience: Self.patience)
                ids.append(id)
            } catch ServiceError.invalid(let errors) {
                throw ServiceError.invalid(
                    errors.map { error in
                        let isWords = error.field == "description"
                        return FieldError("picture\(number)\(isWords ? "_text" : "")", error.code)
                    })
            }
        }
        return ids
    }
}
