// SPDX-License-Identifier: Apache-2.0

internal import HTTPSupport
internal import Model
internal import Services

/// Signing up through an app.
enum SignUpEndpoints {
    static let all: [Endpoint] = [
        .post("/api/v1/accounts", .app("write:accounts"), register),
        .post("/api/v1/emails/confirmations", .app(nil), sendAgain),
        .get("/api/v1/emails/check_confirmation", .app(nil)) { call in
            guard let identity = call.identity, identity.person != nil else { throw APIError.userNeeded }
            // A member counts as confirmed after approval, with an invitation, or if registration is open.
            return APIResponse { $0.bool(!identity.isPending) }
        },
    ]

    private static func register(_ call: APIRequest) async throws -> APIResponse {
        guard let identity = call.identity else { throw APIError.notAllowed }
        let sent = call.parameters
        var signUp = SignUp(name: sent.text("username") ?? "", email: sent.text("email") ?? "")
        signUp.password = sent.text("password") ?? ""
        signUp.note = sent.text("reason") ?? ""
        signUp.agrees = sent.bool("agreement") == true
        signUp.invitation = sent.text("invite_code")
        let language = (sent.text("locale") ?? "").prefix { $0 != "-" && $0 != "_" }.lowercased()
        signUp.language = ["fr", "en"].contains(language) ? language : nil
        let given = try await call.services.register(
            signUp, through: identity, from: call.context.network ?? "")
        return APIResponse { $0.token(given) }
    }

    private static func sendAgain(_ call: APIRequest) async throws -> APIResponse {
        guard let identity = call.identity, let person = identity.person else { throw APIError.userNeeded }
        guard identity.isPending else {
            throw APIError.forbidden("This method is only available while the e-mail is awaiting confirmation")
        }
        let sent = call.parameters
        try await call.services.resendConfirmation(
            as: .member(person.account.id), email: sent.has("email") ? sent.text("email") ?? "" : nil)
        return .done
    }
}
