// SPDX-License-Identifier: Apache-2.0

import HTTPSupport
internal import HTTPTypes
internal import Hummingbird
internal import Model
internal import Services
internal import TextEncoding

/// Who is signed in, and whether a form is really ours: cookies and the word that stands in every form.
///
/// A form is taken when the browser says that it comes from our own pages, and when it carries a word that another
/// site cannot know: for a signed-in person one made from the session, for a stranger the value of a cookie.
public enum Sessions {
    /// The cookie that holds a session's token.
    public static let cookie = FrontDoor.sessionCookie
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

    static func visitor(_ request: Request, _ context: NodeContext, _ services: Services) async throws -> Visitor {
        let secure = services.community.isSecure
        if let token = context.sessionToken ?? Cookies.read(cookie, request, secure: secure) {
            var person = context.session
            if person == nil { person = try await services.session(token) }
            if let person {
                return Visitor(person: person, sessionToken: token, formToken: services.formToken(session: token))
            }
        }
        if let known = Cookies.read(strangerCookie, request, secure: secure), isWord(known) {
            return Visitor(formToken: known)
        }
        let word = makeWord()
        let header = Cookies.header(strangerCookie, word, maxAge: .hours(12), secure: secure)
        return Visitor(formToken: word, newCookie: header)
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

    /// Refuses what another site's page sent.
    ///
    /// Browsers tell with `Sec-Fetch-Site`, older ones with `Origin`. A program that sends neither still needs the word.
    static func requireOwnForm(_ request: Request, word: String?, expected: String, _ community: Community) throws {
        if let name = HTTPField.Name("Sec-Fetch-Site"), let site = request.headers[name] {
            guard site == "same-origin" || site == "none" else { throw RequestError.crossSite }
        } else if let origin = request.headers[.origin] {
            let host = request.head.authority ?? ""
            let own = [community.address, "https://\(host)", "http://\(host)"]
            guard own.contains(origin) else { throw RequestError.crossSite }
        }
        guard let word, isEqual(word, expected) else { throw RequestError.crossSite }
    }

    /// Compares in a time that does not tell where two words differ.
    static func isEqual(_ a: String, _ b: String) -> Bool {
        let (a, b) = (Array(a.utf8), Array(b.utf8))
        guard a.count == b.count, !a.isEmpty else { return false }
        return zip(a, b).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// 256 unpredictable bits in hexadecimal.
    private static func makeWord() -> String {
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
