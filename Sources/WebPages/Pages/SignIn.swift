// SPDX-License-Identifier: Apache-2.0

internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Services
internal import TextEncoding

/// The sign-in page: by a link in an e-mail, or by password.
enum SignIn {
    static func show(_ visit: Visit) async throws -> Response {
        let next = LocalPath(visit.given("next"))?.string ?? "/"
        guard visit.person == nil else { return visit.redirect(next) }
        return page(visit, link: FormState(["next": next]), password: FormState(["next": next]))
    }

    static func byPassword(_ sent: Submission) async throws -> Response {
        let visit = sent.visit
        do {
            let token = try await visit.services.signIn(
                name: sent["name"], password: sent["password"], from: visit.context.network)
            return visit.redirect(
                sent.next(or: "/"), flash: .welcome, cookie: Sessions.begin(token, visit.community))
        } catch ServiceError.notAllowed {
            var state = sent.state("name", "next")
            state.errors = [FieldError("password", "wrong_password")]
            return page(visit, link: FormState(), password: state, status: .unprocessableContent)
        } catch let error as ServiceError {
            var state = sent.state("name", "next")
            let status = try state.take(error)
            return page(visit, link: FormState(), password: state, status: status)
        }
    }

    /// Sends a sign-in link. The response is the same whether an account has that e-mail address or not.
    static func sendLink(_ sent: Submission) async throws -> Response {
        let (visit, t) = (sent.visit, sent.visit.t)
        do {
            try await visit.services.sendSignInLink(
                email: sent["email"], language: t.language.rawValue, next: Self.way(sent),
                from: visit.context.network)
        } catch let error as ServiceError {
            var state = sent.state("email", "next")
            let status = try state.take(error)
            return page(visit, link: state, password: FormState(), status: status)
        }
        guard visit.community.mailReachesPeople else {
            let content: HTML = "<h1>\(t(.noMailHere))</h1><p>\(t(.askSteward))</p>\(stewards(t))"
            return visit.respond(narrowPage(t(.noMailHere), content))
        }
        let content: HTML = """
            <h1>\(t(.linkSent))</h1><p>\(t(.linkSentText, String(sent["email"].trimmingWhitespace)))</p>
            <p class="hint">\(t(.linkSentHint))</p><p><a href="/sign-in">\(t(.back))</a></p>
            """
        return visit.respond(narrowPage(t(.linkSent), content))
    }

    /// Returns the path to which a sign-in link continues; the home page unless the person was on the way to another
    /// page.
    private static func way(_ sent: Submission) -> String {
        let next = sent.next(or: "/")
        return next == "/" ? "" : next
    }

    /// Shows a button that uses the link. A program that opens every link in an e-mail does not use it up.
    static func showLink(_ visit: Visit) async throws -> Response {
        guard let token = visit.query["token"], !token.isEmpty else { throw ServiceError.notFound }
        let t = visit.t
        let content: HTML = """
            <h1>\(t(.welcomeBack))</h1><p>\(t(.linkConfirm, visit.community.name))</p>
            \(visit.form("/sign-in/link", "\(visit.hidden("token", token))\(visit.hidden("next", visit.query["next"] ?? ""))\(visit.submit(t(.comeIn)))"))
            """
        return visit.respond(narrowPage(t(.signIn), content))
    }

    static func useLink(_ sent: Submission) async throws -> Response {
        let (visit, t) = (sent.visit, sent.visit.t)
        do {
            let token = try await visit.services.useSignInLink(sent["token"])
            return visit.redirect(
                sent.next(or: "/"), flash: .welcome, cookie: Sessions.begin(token, visit.community))
        } catch is ServiceError {
            let content: HTML = """
                <h1>\(t(.linkOld))</h1><p>\(t(.linkOldText))</p>
                \(when(!visit.community.mailReachesPeople, "<p>\(t(.askSteward))</p>\(stewards(t))"))
                <p><a class="button" href="/sign-in">\(t(visit.community.mailReachesPeople ? .askNewLink : .signIn))</a></p>
                """
            return visit.respond(narrowPage(t(.linkOld), content), status: .gone)
        }
    }

    static func signOut(_ sent: Submission) async throws -> Response {
        if let token = sent.visit.visitor.sessionToken { try await sent.visit.services.signOut(token) }
        return sent.visit.redirect("/", flash: .goodbye, cookie: Sessions.end(sent.visit.community))
    }

    private static func page(
        _ visit: Visit, link: FormState, password: FormState, status: HTTPResponse.Status = .ok
    ) -> Response {
        let t = visit.t
        let email = Field("email", t(.email), .email).with {
            $0.isRequired = true
            $0.autocomplete = "email"
        }
        let name = Field("name", t(.nameOrEmail)).with {
            $0.isRequired = true
            $0.autocomplete = "username"
        }
        let secret = Field("password", t(.password), .password).with {
            $0.isRequired = true
            $0.autocomplete = "current-password"
        }
        let content: HTML = """
            <h1>\(t(.signIn))</h1>\(visit.problems(link))\(visit.problems(password, keepsText: false))
            <div class="doors">\(when(visit.community.mailReachesPeople, """
                <section aria-labelledby="by-link"><h2 id="by-link">\(t(.byLink))</h2><p class="hint">\(t(.byLinkText))</p>
                \(visit.form("/sign-in/send", "\(visit.hidden("next", link["next"]))\(visit.field(email, link))\(visit.submit(t(.sendLink)))"))</section>
                """))
            <section aria-labelledby="by-password"><h2 id="by-password">\(t(.byPassword))</h2>
            \(visit.form("/sign-in", """
                \(visit.hidden("next", password["next"]))\(visit.field(name, password))\(visit.field(secret, password))
                \(visit.submit(t(.comeIn)))
                """))
            <p class="hint">\(t(visit.community.mailReachesPeople ? .forgottenByLink : .forgottenAskSteward))</p></section></div>
            \(when(visit.community.registration != .closed, "<p>\(t(.noAccountYet)) <a href=\"\(signUp(link["next"].isEmpty ? password["next"] : link["next"]))\">\(t(.signUp))</a></p>"))
            """
        return visit.respond(narrowPage(t(.signIn), content), status: status)
    }

    /// Returns the path of the sign-up page, from which the person continues to `next`.
    private static func signUp(_ next: String) -> String {
        next.isEmpty || next == "/" ? "/sign-up" : "/sign-up?next=\(next.percentEncoded)"
    }

    /// Returns the way to the people who can hand over a link.
    private static func stewards(_ t: Texts) -> HTML {
        "<p><a class=\"button quiet\" href=\"/about#who\">\(t(.whoRunsIt))</a></p>"
    }

    static func narrowPage(_ title: String, _ content: HTML) -> Page {
        Page(title, content: content).with {
            $0.hasCorner = false
            $0.isHidden = true
        }
    }
}
