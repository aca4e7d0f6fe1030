// SPDX-License-Identifier: Apache-2.0

import HTTPSupport
internal import Hummingbird
internal import Model
internal import Services
internal import TextEncoding

/// Finds out who is signed in, and provides the form token (CSRF token) that every form contains.
///
/// `SameOrigin` compares the form token. For a person who is signed in it is derived from the session. For others it is
/// the value of a cookie.
public enum Sessions {
    /// The name of the cookie that contains the session token.
    public static let cookie = RequestPipeline.sessionCookie
    static let strangerCookie = "form"
    static let languageCookie = "language"
    static let formField = "form_token"

    /// The visitor who sent a request.
    struct Visitor: Sendable {
        var person: LocalAccount?
        var sessionToken: String?
        /// The form token in this visitor's forms.
        var formToken: String
        /// The `Set-Cookie` value with which the browser stores the form token; nil when no new cookie is needed.
        var newCookie: String?
    }

    static func visitor(_ request: Request, _ context: NodeContext, _ services: Services) -> Visitor {
        let secure = services.community.isSecure
        if let token = context.sessionToken, let person = context.session {
            return Visitor(person: person, sessionToken: token, formToken: services.formToken(session: token))
        }
        let (token, newCookie) = strangerToken(request, isSecure: secure)
        return Visitor(formToken: token, newCookie: newCookie)
    }

    /// Returns the form token of a visitor who is not signed in, and the cookie that stores it when the browser does
    /// not have one yet.
    static func strangerToken(_ request: Request, isSecure: Bool) -> (token: String, newCookie: String?) {
        if let known = Cookies.read(strangerCookie, request, secure: isSecure), isToken(known) { return (known, nil) }
        let token = makeToken()
        return (token, Cookies.header(strangerCookie, token, maxAge: .hours(12), secure: isSecure))
    }

    /// The `Set-Cookie` value that begins a session.
    static func begin(_ token: String, _ community: Community) -> String {
        Cookies.header(cookie, token, maxAge: Services.sessionLength, secure: community.isSecure)
    }

    /// The `Set-Cookie` value that ends a session.
    static func end(_ community: Community) -> String {
        Cookies.header(cookie, "", maxAge: .zero, secure: community.isSecure)
    }

    /// The `Set-Cookie` value that stores a language for a year.
    static func remember(_ language: Language, _ community: Community) -> String {
        Cookies.header(languageCookie, language.rawValue, maxAge: .days(365), secure: community.isSecure)
    }

    /// Returns 256 random bits in hexadecimal.
    static func makeToken() -> String {
        var generator = SystemRandomNumberGenerator()
        return Hexadecimal.encode((0..<32).map { _ in generator.next() })
    }

    private static func isToken(_ text: String) -> Bool {
        text.utf8.count == 64 && text.utf8.allSatisfy { Hexadecimal.value(of: $0) != nil }
    }
}

extension Community {
    /// `https://cafe.example`, without a slash at the end.
    var address: String {
        let text = String(describing: origin)
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }

    /// `cafe.example`, with its port when it has one.
    var authority: String {
        let parts = address.split(separator: "/")
        return parts.count > 1 ? String(parts[1]) : address
    }

    /// Whether it is served over https.
    var isSecure: Bool { address.hasPrefix("https:") }
}
