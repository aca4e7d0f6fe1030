// SPDX-License-Identifier: Apache-2.0

internal import HTTPSupport
internal import HTTPTypes
internal import Hummingbird
internal import Model
internal import Services
internal import Storage
internal import TextEncoding

/// The OAuth page on which a person authorizes an app, or refuses.
enum Authorize {
    /// The path of the page.
    static let path = "/oauth/authorize"

    static func show(_ visit: Visit) async throws -> Response {
        let query = visit.query
        let parameters = AuthorizationParameters { query[$0] ?? "" }
        do {
            let question = try await visit.services.authorizationQuestion(parameters.request, of: visit.viewer)
            guard visit.person != nil else {
                return visit.redirect("/sign-in?next=\(parameters.address.percentEncoded)")
            }
            return consent(visit.speaking(query["lang"]), question, parameters)
        } catch let error as AuthorizationError {
            return problem(error, visit)
        }
    }

    static func decide(_ sent: Submission) async throws -> Response {
        sent["decision"] == "deny" ? try await refuse(sent) : try await allow(sent)
    }

    private static func allow(_ sent: Submission) async throws -> Response {
        let visit = sent.visit
        let parameters = AuthorizationParameters { sent[$0] }
        guard let person = visit.viewer else {
            return visit.redirect("/sign-in?next=\(parameters.address.percentEncoded)")
        }
        guard let account = ID<Account>(sent["account"]) else { throw ServiceError.notFound }
        let principal = try visit.principal(as: account == person ? nil : account)
        do {
            let code = try await visit.services.authorizeApp(parameters.request, as: principal)
            guard parameters.request.redirectURI != RedirectURI.outOfBand else { return byHand(visit, code) }
            return Responses.redirect(toApp: parameters.redirectURL(("code", code)))
        } catch let error as AuthorizationError {
            return problem(error, visit)
        }
    }

    static func refuse(_ sent: Submission) async throws -> Response {
        let visit = sent.visit
        let parameters = AuthorizationParameters { sent[$0] }
        do {
            _ = try await visit.services.authorizationQuestion(parameters.request, of: visit.viewer)
            guard parameters.request.redirectURI != RedirectURI.outOfBand else {
                return visit.redirect("/", flash: .appRefused)
            }
            return Responses.redirect(toApp: parameters.redirectURL(("error", "access_denied")))
        } catch let error as AuthorizationError {
            return problem(error, visit)
        }
    }

    /// Signs out. After signing in again, the person comes back to this page.
    static func switchPerson(_ sent: Submission) async throws -> Response {
        let visit = sent.visit
        let parameters = AuthorizationParameters { sent[$0] }
        if let token = visit.visitor.sessionToken { try await visit.services.signOut(token) }
        return visit.redirect(
            "/sign-in?next=\(parameters.address.percentEncoded)", cookie: Sessions.end(visit.community))
    }

    // MARK: - Pages

    private static func consent(
        _ visit: Visit, _ question: AuthorizationQuestion, _ parameters: AuthorizationParameters
    ) -> Response {
        let (t, app) = (visit.t, question.app)
        let hidden = each(parameters.fields) { visit.hidden($0.name, $0.value) }
        let content: HTML = """
            <h1>\(t(.appAsks, app.name))</h1>
            <p class="intro">\(t(.appAsksText, app.name, visit.community.name))</p>
            \(maybe(app.website) { "<p>\(t(.appWebsite)) <a href=\"\($0)\" rel=\"nofollow noopener noreferrer\">\($0)</a></p>" })
            <section aria-labelledby="scopes"><h2 id="scopes">\(t(.appMay))</h2>
            <ul>\(each(ScopeTexts(t).sentences(question.scopes)) { "<li>\($0)</li>" })</ul></section>
            \(visit.form(path, style: "sheet-form consent", """
                \(hidden)\(choice(visit, question.choices))
                <div class="actions"><button class="button" type="submit" name="decision" value="allow">\(t(.appAllow))</button>
                <button class="button quiet" type="submit" name="decision" value="deny" formaction="\(path)/deny">\(t(.appDeny))</button></div>
                """))
            <p class="hint">\(t(.appHint))</p>
            \(visit.form("/sign-in/other", """
                \(hidden)<p>\(t(.notYou, visit.person?.account.shownName ?? ""))
                <button class="button quiet small" type="submit">\(t(.otherAccount))</button></p>
                """))
            """
        var response = visit.respond(SignIn.narrowPage(t(.appAsks, app.name), content))
        // Browsers check the redirect after a form against `form-action` too.
        response.headers.append(
            contentsOf: SecurityHeaders.fields(
                secure: visit.community.isSecure, formTarget: target(of: parameters.request.redirectURI)))
        response.headers[.cacheControl] = "no-store"
        return response
    }

    /// Returns radio buttons for the account as which the app acts, when there is more than one.
    private static func choice(_ visit: Visit, _ accounts: [Account]) -> HTML {
        let t = visit.t
        guard accounts.count > 1 else {
            let account = accounts.first
            return """
                \(maybe(account) { visit.hidden("account", String(describing: $0.id)) })
                <p>\(t(.actsAs)) <strong>\(account?.shownName ?? "")</strong> <span class="meta">\(account?.fullHandle(visit.community) ?? "")</span></p>
                """
        }
        let lines = each(accounts.enumerated()) { number, account in
            """
            <div class="tick"><input type="radio" id="account-\(account.id)" name="account" value="\(account.id)"\(" checked", if: number == 0)>
            <div><label for="account-\(account.id)">\(account.shownName)</label>
            <p class="hint">\(t(account.isGroup ? .asGroup : .asMyself)) · \(account.fullHandle(visit.community))</p></div></div>
            """
        }
        return "<fieldset><legend>\(t(.actAs))</legend>\(lines)</fieldset>"
    }

    /// Shows the authorization code, for an app into which the person copies it.
    private static func byHand(_ visit: Visit, _ code: String) -> Response {
        let t = visit.t
        let content: HTML = """
            <h1>\(t(.codeTitle))</h1><p>\(t(.codeText))</p>
            <div class="field"><label for="code">\(t(.codeLabel))</label>
            <input class="address" id="code" type="text" readonly value="\(code)"></div>
            <p class="hint">\(t(.codeHint))</p>
            """
        var response = visit.respond(SignIn.narrowPage(t(.codeTitle), content))
        response.headers[.cacheControl] = "no-store"
        return response
    }

    private static func problem(_ error: AuthorizationError, _ visit: Visit) -> Response {
        let t = visit.t
        let sentence: Phrase =
            switch error {
            case .invalidClient: .appUnknown
            case .invalidRedirect: .appRedirect
            case .invalidScope: .appScopes
            default: .appRequest
            }
        let content: HTML = """
            <h1>\(t(.appProblem))</h1><p>\(t(sentence))</p><p>\(t(.appProblemHint))</p>
            <p><a class="button quiet" href="/">\(t(.backHome))</a></p>
            """
        return visit.respond(SignIn.narrowPage(t(.appProblem), content), status: .badRequest)
    }

    /// Returns the origin or the scheme to which the form may redirect the browser.
    private static func target(of address: String) -> String? {
        guard let scheme = RedirectURI.scheme(of: address), address != RedirectURI.outOfBand else { return nil }
        guard let origin = RedirectURI.webOrigin(of: address), !origin.contains("[") else { return "\(scheme):" }
        return origin
    }
}

/// The parameters of an authorization request. They go from the address through the forms and back to the app.
private struct AuthorizationParameters {
    private static let names = [
        "response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method",
        "force_login", "lang",
    ]

    let fields: [(name: String, value: String)]

    init(_ value: (String) -> String) {
        fields = Self.names.map { ($0, value($0)) }.filter { !$0.1.isEmpty }
    }

    private subscript(name: String) -> String { fields.first { $0.name == name }?.value ?? "" }

    var request: AuthorizationRequest {
        var request = AuthorizationRequest()
        request.clientID = self["client_id"]
        request.redirectURI = self["redirect_uri"]
        request.responseType = self["response_type"]
        request.scope = self["scope"]
        request.challenge = self["code_challenge"]
        request.challengeMethod = self["code_challenge_method"]
        return request
    }

    /// The address of the page with the same parameters.
    var address: String {
        Authorize.path + "?" + fields.map { "\($0.name)=\($0.value.percentEncoded)" }.joined(separator: "&")
    }

    /// Returns the redirect address of the app with an answer. An existing query is kept.
    func redirectURL(_ answer: (name: String, value: String)) -> String {
        let back = request.redirectURI
        let state = self["state"].isEmpty ? "" : "&state=\(self["state"].percentEncoded)"
        let mark = !back.contains("?") ? "?" : back.hasSuffix("?") || back.hasSuffix("&") ? "" : "&"
        return "\(back)\(mark)\(answer.name)=\(answer.value.percentEncoded)\(state)"
    }
}

/// Describes scopes in sentences.
struct ScopeTexts {
    private let t: Texts
    /// The areas, in the order in which the phrase `scopeAreas` names them.
    private static let areas = [
        "accounts", "blocks", "bookmarks", "collections", "conversations", "favourites", "filters", "follows", "lists",
        "media", "mutes", "notifications", "reports", "search", "statuses",
    ]

    init(_ t: Texts) { self.t = t }

    /// Returns the sentences: whole scopes first, then the parts, with reading and writing apart.
    func sentences(_ scopes: Scopes) -> [String] {
        let words = scopes.list.map(\.description)
        let whole: [(String, Phrase)] = [
            ("read", .scopeRead), ("write", .scopeWrite), ("follow", .scopeFollow), ("push", .scopePush),
            ("profile", .scopeProfile),
        ]
        var sentences = whole.filter { words.contains($0.0) }.map { t($0.1) }
        for (verb, phrase) in [("read", Phrase.scopeReadParts), ("write", Phrase.scopeWriteParts)] {
            let parts = words.filter { $0.hasPrefix("\(verb):") && !words.contains(verb) }.compactMap { word in
                Self.areas.firstIndex { "\(verb):\($0)" == word }.map { t.item(.scopeAreas, $0 + 1) }
            }
            if !parts.isEmpty { sentences.append(t(phrase, parts.joined(separator: ", "))) }
        }
        if words.contains(where: { $0.hasPrefix("admin:") }) { sentences.append(t(.scopeAdmin)) }
        return sentences
    }
}

extension Visit {
    /// Returns the visit in the language for which the app asks, unless the person has chosen one.
    fileprivate func speaking(_ language: String?) -> Visit {
        guard person?.language == nil, let language = language.flatMap({ Language(rawValue: String($0.prefix(2))) })
        else { return self }
        return Visit(pages: pages, request: request, context: context, visitor: visitor, t: .of(language))
    }
}
