// SPDX-License-Identifier: Apache-2.0

internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Services
internal import TextEncoding

/// The page on which a visitor signs up or asks for membership.
enum SignUpPage {
    static func show(_ visit: Visit) async throws -> Response {
        let next = LocalPath(visit.given("next"))?.string ?? ""
        guard visit.person == nil else { return visit.redirect(next.isEmpty ? "/" : next) }
        let token = visit.given("invitation")
        var state = FormState(["invitation": token, "next": next])
        let invitation = try await visit.services.invitation(token)
        if !token.isEmpty, invitation == nil { state.errors = [FieldError("invitation", "not_valid")] }
        return page(visit, state, invitation)
    }

    static func register(_ sent: Submission) async throws -> Response {
        let visit = sent.visit
        var signUp = SignUp(name: sent["name"], email: sent["email"])
        signUp.displayName = sent["display_name"]
        signUp.password = sent["password"]
        signUp.note = sent["note"]
        signUp.language = visit.t.language.rawValue
        signUp.invitation = sent["invitation"]
        do {
            let isReady = try await visit.services.register(signUp, from: visit.context.network ?? "")
            let next = sent.next(or: "")
            guard isReady, !signUp.password.isEmpty else { return done(visit, isReady: isReady, next: next) }
            let token = try await visit.services.signIn(
                name: signUp.name, password: signUp.password, from: visit.context.network)
            return visit.redirect(
                next.isEmpty ? "/settings" : next, flash: .welcome, cookie: Sessions.begin(token, visit.community))
        } catch let error as ServiceError {
            var state = sent.state("name", "email", "display_name", "note", "invitation", "next")
            let status = try state.take(error)
            return page(visit, state, try await visit.services.invitation(sent["invitation"]), status: status)
        }
    }

    /// - Parameter next: the path from which the person came; may be empty.
    private static func done(_ visit: Visit, isReady: Bool, next: String) -> Response {
        let t = visit.t
        let title = t(isReady ? .signedUp : .signUpWaits)
        let way = next.isEmpty ? "/events" : next
        let signIn = next.isEmpty ? "/sign-in" : "/sign-in?next=\(next.percentEncoded)"
        let content: HTML = """
            <h1>\(title)</h1><p>\(t(isReady ? .signedUpText : waitingText(visit)))</p>
            <p><a class="button" href="\(isReady ? signIn : way)">\(t(isReady ? .signIn : next.isEmpty ? .wholeAgenda : .back))</a></p>
            """
        return visit.respond(SignIn.narrowPage(title, content))
    }

    private static func waitingText(_ visit: Visit) -> Phrase {
        visit.community.mailReachesPeople ? .signUpWaitsText : .signUpWaitsWithoutMail
    }

    /// - Parameter invitation: the invitation in the address, while it can be used. With one the person need not wait.
    private static func page(
        _ visit: Visit, _ state: FormState, _ invitation: Invitation?, status: HTTPResponse.Status = .ok
    ) -> Response {
        let t = visit.t
        let registration = visit.community.registration
        guard registration != .closed || invitation != nil else {
            let content: HTML = """
                <h1>\(t(.signUp))</h1>\(visit.problems(state))<p>\(t(.signUpClosed))</p><p>\(t(.howToFollow))</p>
                """
            return visit.respond(SignIn.narrowPage(t(.signUp), content), status: status)
        }
        let waits = registration == .approval && invitation == nil
        let asksCode = registration == .invitation && invitation == nil
        let content: HTML = """
            <h1>\(t(.signUp))</h1>\(maybe(invitation) { welcome($0, visit) })
            <p class="intro">\(t(waits ? .signUpIntroWaits : .signUpIntro))</p>
            \(visit.problems(state))
            \(visit.form("/sign-up", style: "sheet-form", """
                \(when(!asksCode, visit.hidden("invitation", invitation == nil ? "" : state["invitation"])))\
                \(visit.hidden("next", state["next"]))
                \(each(fields(visit)) { visit.field($0, state) })
                \(when(waits, visit.field(note(t), state)))
                \(when(asksCode, visit.field(codeField(t), state)))
                \(visit.submit(t(waits ? .askToJoin : .signUp)))
                """))
            <p class="hint">\(t(.signUpPrivacy))\(when(!visit.rules.isEmpty, " <a href=\"/about#rules\">\(t(.readRules))</a>"))</p>
            """
        return visit.respond(SignIn.narrowPage(t(.signUp), content), status: status)
    }

    private static func welcome(_ invitation: Invitation, _ visit: Visit) -> HTML {
        let name = invitation.inviter?.shownName
        let text = name.map { visit.t(.invitedBy, $0) } ?? visit.t(.invitedHere, visit.community.name)
        return "<p class=\"panel\">\(maybe(invitation.inviter) { AccountCard.avatar($0, .small) }) \(text)</p>"
    }

    private static func fields(_ visit: Visit) -> [Field] {
        let (t, mailLeaves) = (visit.t, visit.community.mailReachesPeople)
        return [
            Field("display_name", t(.displayName)).with {
                $0.hint = t(.displayNameHint)
                $0.autocomplete = "name"
                $0.limit = 100
            },
            Field("name", t(.userName)).with {
                $0.hint = t(.nameHint)
                $0.isRequired = true
                $0.autocomplete = "username"
                $0.limit = 30
            },
            Field("email", t(.email), .email).with {
                $0.hint = t(mailLeaves ? .emailHint : .emailHintWithoutMail)
                $0.isRequired = mailLeaves
                $0.autocomplete = "email"
            },
            Field("password", t(.password), .password).with {
                $0.hint = t(mailLeaves ? .passwordHint : .passwordHintWithoutMail)
                $0.isRequired = !mailLeaves
                $0.autocomplete = "new-password"
            },
        ]
    }

    private static func note(_ t: Texts) -> Field {
        Field("note", t(.signUpNote), .area(rows: 3)).with {
            $0.hint = t(.signUpNoteHint)
            $0.limit = 1_000
        }
    }

    private static func codeField(_ t: Texts) -> Field {
        Field("invitation", t(.invitation)).with {
            $0.hint = t(.invitationHint)
            $0.isRequired = true
        }
    }
}
