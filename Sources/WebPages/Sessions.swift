// SPDX-License-Identifier: Apache-2.0

import HTTPSupport
internal import Hummingbird
internal import Model
internal import Services
internal import TextEncoding

/// Who is signed in, and whether a form is really ours: cookies and the word that stands in every form.
///
/// The word is the token that `SameOrigin` asks of a form: for a signed-in person it is made from the session, for a
/// stranger it is the value of a cookie.
public enum Sessions {
    /// The cookie that holds a session's token.
    public static let cookie = RequestPipeline.sessionCookie
    static let strangerCookie = "form"
    static let languageCookie = "language"
    static let formField = "form_token"

    /// Who sent a request.
    struct Visitor: Sendable {
        var person: LocalAccount?
        var sessionToken: String?
        /// The word that stands in this visitor's forms.
        var formToken: String
        /// What the browser has to keep for the word to be recognised.
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

    /// What stands in the forms of somebody who is not signed in, and the cookie by which it is known again when the
    /// browser has none yet.
    static func strangerToken(_ request: Request, isSecure: Bool) -> (token: String, newCookie: String?) {
        if let known = Cookies.read(strangerCookie, request, secure: isSecure), isWord(known) { return (known, nil) }
        let token = makeWord()
        return (token, Cookies.header(strangerCookie, token, maxAge: .hours(12), secure: isSecure))
    }

    /// The header that signs in.
    static func begin(_ token: String, _ community: Community) -> String {
        Cookies.header(cookie, token, maxAge: Services.sessionLength, secure: community.isSecure)
    }

    /// The header that signs out.
    static func end(_ community: Community) -> String {
        Cookies.header(cookie, "", maxAge: .zero, secure: community.isSecure)
    }

    /// The header that keeps a language for a year.
    static func remember(_ language: Language, _ community: Community) -> String {
        Cookies.header(languageCookie, language.rawValue, maxAge: .days(365), secure: community.isSecure)
    }

    /// 256 unpredictable bits in hexadecimal.
    static func makeWord() -> String {
        var generator = SystemRandomNumberGenerator()
        return Hexadecimal.encode((0..<32).map { _ in generator.next() })
    }

    private static func isWord(_ text: String) -> Bool {
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
