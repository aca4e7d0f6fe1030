// SPDX-License-Identifier: Apache-2.0

internal import HTTPSupport
internal import HTTPTypes
internal import Hummingbird
internal import Model

/// The page of a form, shown again with what was typed: in another language, or after the form was too old to be sent.
enum FormPage {
    typealias Show = @Sendable (Visit) async throws -> Response

    /// The field in which the footer of a refused form asks for another language.
    static let languageField = "in_language"
    /// The most bytes of text that a page gives back.
    private static let limit = 200_000

    /// Returns the fields of a form that a page may show again: no secrets, and nothing that belongs to the protocol.
    static func typed(_ form: Form) -> [String: String]? {
        let secrets: Set<String> = [Sessions.formField, languageField, "password", "current", "token"]
        let fields = form.single.filter { !secrets.contains($0.key) }
        let size = fields.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        return size > limit ? nil : fields
    }

    /// Shows the page in the language for which the footer of the refused form asks.
    static func inLanguage(_ language: Language, _ visit: Visit, _ show: Show) async throws -> Response {
        var visit = visit.speaking(language)
        visit.showsTyped = true
        var response = try await show(visit)
        let cookie = Sessions.remember(language, visit.community)
        response.headers.append(HTTPField(name: .setCookie, value: cookie))
        return response
    }

    /// Shows the page of a form whose token is no longer valid. Nothing was done.
    static func afterStaleToken(_ visit: Visit, _ show: Show) async throws -> Response {
        var visit = visit
        visit.showsTyped = true
        visit.isStale = true
        var response = try await show(visit)
        if response.status == .ok { response.status = .forbidden }
        return response
    }
}

extension Visit {
    /// The value that a field shows: what was typed before when the page gives that back, else that of the form.
    func value(of name: String, _ state: FormState) -> String {
        showsTyped ? typed?[name] ?? "" : state[name]
    }
}
