// SPDX-License-Identifier: Apache-2.0

internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Services

/// The form for the avatar and the header picture of the person's profile.
enum PictureSettings {
    static let files = UploadReceiver.Limits(fileBytes: MediaLimits.imageBytes, files: ProfilePicture.allCases.count)

    static func save(_ sent: Submission) async throws -> Response {
        let visit = sent.visit
        let principal = try visit.principal()
        var state = FormState()
        for picture in ProfilePicture.allCases {
            guard let upload = sent.file(picture.fieldName) else { continue }
            do {
                try await visit.services.setPicture(picture, upload, as: principal)
            } catch ServiceError.invalid(let errors) {
                state.errors += errors.map { FieldError(picture.fieldName, $0.code) }
            }
        }
        guard !state.errors.isEmpty else { return visit.redirect("/settings", flash: .saved) }
        return try await SettingsPage.page(
            visit, profile: nil, password: FormState(), pictures: state, status: .unprocessableContent)
    }

    static func remove(_ sent: Submission) async throws -> Response {
        let visit = sent.visit
        let principal = try visit.principal()
        for picture in ProfilePicture.allCases where picture.fieldName == sent["picture"] {
            try await visit.services.removePicture(picture, as: principal)
        }
        return visit.redirect("/settings", flash: .saved)
    }

    static func section(_ visit: Visit, _ account: Account, _ state: FormState) -> HTML {
        let t = visit.t
        let accept = Field.Kind.file(accept: "image/*")
        let avatar = Field(ProfilePicture.avatar.fieldName, t(.avatarField), accept).with { $0.hint = t(.avatarHint) }
        let header = Field(ProfilePicture.header.fieldName, t(.headerField), accept).with { $0.hint = t(.headerHint) }
        return """
            <section aria-labelledby="pictures"><h2 id="pictures">\(t(.profilePictures))</h2>
            \(visit.form("/settings/pictures", style: "sheet-form", files: true, """
                \(visit.field(avatar, state))\(visit.field(header, state))\(visit.submit(t(.save)))
                """))
            \(when(account.icon != nil, removal(visit, .avatar, t(.removeAvatar))))\
            \(when(account.header != nil, removal(visit, .header, t(.removeHeader))))</section>
            """
    }

    private static func removal(_ visit: Visit, _ picture: ProfilePicture, _ label: String) -> HTML {
        visit.form(
            "/settings/pictures/remove", style: "inline",
            "\(visit.hidden("picture", picture.fieldName))<button class=\"button quiet small\" type=\"submit\">\(label)</button>"
        )
    }
}

extension ProfilePicture {
    /// The name of the form field.
    fileprivate var fieldName: String {
        switch self {
        case .avatar: "avatar"
        case .header: "header"
        }
    }
}
