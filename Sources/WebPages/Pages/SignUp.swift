// SPDX-License-Identifier: Apache-2.0

internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Services

/// The page on which a visitor signs up or asks for membership.
enum SignUpPage {
    static func show(_ visit: Visit) async throws -> Response {
        guard visit.person == nil else { return visit.redirect("/") }
        return page(visit, FormState(["invitation": visit.query["invitation"] ?? ""]))
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
            guard isReady, !signUp.password.isEmpty else { return done(visit, isReady: isReady) }
            let token = try await visit.services.signIn(
                name: signUp.name, password: signUp.password, from: visit.context.network)
            return visit.redirect("/settings", flash: .welcome, cookie: Sessions.begin(token, visit.community))
        } catch let error as ServiceError {
            var state = sent.state("name", "email", "display_name", "note", "invitation")
            let status = try state.take(error)
            return page(visit, state, status: status)
        }
    }

    private static func done(_ visit: Visit, isReady: Bool) -> Response {
        let t = visit.t
        let title = t(isReady ? .signedUp : .signUpWaits)
        let content: HTML = """
            <h1>\(title)</h1><p>\(t(isReady ? .signedUpText : .signUpWaitsText))</p>
            <p><a class="button" href="\(isReady ? "/sign-in" : "/events")">\(t(isReady ? .signIn : .wholeAgenda))</a></p>
            """
        return visit.respond(SignIn.narrowPage(title, content))
    }

    private static func page(_ visit: Visit, _ state: FormState, status: HTTPResponse.Status = .ok) -> Response {
        let t = visit.t
        let registration = visit.community.registration
        guard registration != .closed else {
            let content: HTML = "<h1>\(t(.signUp))</h1><p>\(t(.signUpClosed))</p><p>\(t(.howToFollow))</p>"
            return visit.respond(SignIn.narrowPage(t(.signUp), content), status: status)
        }
        let content: HTML = """
            <h1>\(t(.signUp))</h1><p class="intro">\(t(.signUpIntro))</p>
            \(visit.problems(state))
            \(visit.form("/sign-up", style: "sheet-form", """
                \(each(fields(t)) { visit.field($0, state) })
                \(when(registration == .approval, visit.field(note(t), state)))
                \(when(registration == .invitation, visit.field(invitation(t), state)))
                \(visit.submit(t(registration == .approval ? .askToJoin : .signUp)))
                """))
            <p class="hint">\(t(.signUpPrivacy))</p>
            """
        return visit.respond(SignIn.narrowPage(t(.signUp), content), status: status)
    }

    private static func fields(_ t: Texts) -> [Field] {
        [
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
                $0.hint = t(.emailHint)
                $0.isRequired = true
                $0.autocomplete = "email"
            },
            Field("password", t(.password), .password).with {
                $0.hint = t(.passwordHint)
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

    private static func invitation(_ t: Texts) -> Field {
        Field("invitation", t(.invitation)).with {
            $0.hint = t(.invitationHint)
            $0.isRequired = true
        }
    }
}
