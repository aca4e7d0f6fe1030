// SPDX-License-Identifier: Apache-2.0

internal import Database
public import HTTPSupport
public import HTTPTypes
public import Hummingbird
internal import Model
public import Services
internal import Storage
internal import TextEncoding

/// The web pages of the node, in French and English, without scripts.
///
/// Paths are English words in both languages. Other servers fetch the document of a thing at the same path as its page;
/// `Negotiation` chooses between the two.
public struct WebPages: Sendable {
    let services: Services
    let timeZone: String
    let uploads: UploadReceiver?
    private let cache: PageCache

    /// - Parameters:
    ///   - timeZone: the IANA name of the community's time zone.
    ///   - uploads: receives forms with files; nil for a node that accepts no files.
    public init(services: Services, timeZone: String = "Europe/Paris", uploads: UploadReceiver? = nil) {
        self.services = services
        self.timeZone = timeZone
        self.uploads = uploads
        cache = PageCache(services.database)
    }

    /// All routes.
    public var routes: [Route] {
        reading + conversation + meetings + people + apps + stewardship + Feeds.routes(self) + Styles.assets.routes
            + SiteFiles.routes(services)
    }

    private var reading: [Route] {
        [
            get("/", Home.show), get("/about", About.show), get("/language", About.chooseLanguage),
            get("/discussions", Discussions.show), get("/groups", Discussions.showGroups),
            get("/groups/:name", GroupPage.show), get("/groups/:name/members", GroupMembersPage.show),
            get("/tags/:tag", TagPage.show),
            get("/posts/:id", Discussion.show), get("/events", Agenda.show), get("/events/:id", EventPage.show),
            get("/users/:name", Profile.show), get("/@{name}", Profile.redirect),
            get("/@{name}/:id", Discussion.redirect),
            get("/accounts/:id", Profile.showRemote), get("/members", Members.show),
            get("/networks", Networks.show), get("/search", SearchPage.show),
            get(OpenElsewhere.path, OpenElsewhere.show),
        ]
    }

    private var conversation: [Route] {
        [
            get("/write", WritePost.show), upload("/posts", WritePost.files, page: WritePost.again, WritePost.publish),
            get("/posts/:id/edit", EditPost.show), post("/posts/:id/edit", page: EditPost.show, EditPost.save),
            post("/posts/:id/delete", EditPost.delete), post("/posts/:id/like", Discussion.like),
            post("/posts/:id/unlike", Discussion.unlike), post("/posts/:id/boost", Discussion.boost),
            post("/posts/:id/unboost", Discussion.unboost), post("/posts/:id/vote", lists: ["choice"], Discussion.vote),
            post("/groups", page: Discussions.showGroups, GroupPage.create),
            post("/posts/:id/remove", GroupModeration.remove), post("/posts/:id/lock", GroupModeration.lock),
            post("/posts/:id/unlock", GroupModeration.unlock), post("/groups/:name/let-in", GroupModeration.letIn),
            post("/groups/:name/leave-out", GroupModeration.leaveOut),
            post("/groups/:name/unban", GroupModeration.unban),
            get("/groups/:name/edit", GroupPage.showEdit),
            post("/groups/:name/edit", page: GroupPage.showEdit, GroupPage.saveEdit),
        ]
    }

    private var meetings: [Route] {
        [
            get("/events/new", PlanEvent.show), post("/events", page: PlanEvent.show, PlanEvent.plan),
            post("/events/:id/join", page: EventPage.show, EventPage.join), post("/events/:id/leave", EventPage.leave),
            get("/events/:id/guests", EventGuests.show),
            get("/events/:id/manage", ManageEvent.show),
            post("/events/:id/change", page: ManageEvent.show, ManageEvent.change),
            post("/events/:id/postpone", ManageEvent.postpone), post("/events/:id/cancel", ManageEvent.cancel),
            get("/my-events", MyEvents.show), get("/notifications", NotificationsPage.show),
            post("/notifications/put-away", NotificationsPage.putAway),
        ]
    }

    private var people: [Route] {
        [
            post("/follow", page: Networks.show, Networks.follow), post("/unfollow", Networks.unfollow),
            post("/open", page: Networks.show, Networks.open),
            post("/follow/answer", Networks.answerRequest), post("/invite", page: Members.show, Members.invite),
            get("/sign-in", SignIn.show), post("/sign-in", page: SignIn.show, SignIn.byPassword),
            post("/sign-in/send", page: SignIn.show, SignIn.sendLink),
            get("/sign-in/link", SignIn.showLink), post("/sign-in/link", SignIn.useLink),
            post("/sign-out", SignIn.signOut), get("/sign-up", SignUpPage.show),
            post("/sign-up", page: SignUpPage.show, SignUpPage.register),
            get("/settings", SettingsPage.show), download(ExportPage.path, ExportPage.download),
            post("/settings", page: SettingsPage.show, SettingsPage.saveProfile),
            post("/settings/password", page: SettingsPage.show, SettingsPage.changePassword),
            post("/settings/mails", MailChoicesSection.save), get(MailSwitch.path, MailOff.show),
            link(MailSwitch.path, MailOff.switchOff),
            upload("/settings/pictures", PictureSettings.files, page: SettingsPage.show, PictureSettings.save),
            post("/settings/pictures/remove", PictureSettings.remove),
            get(Distance.path, Distance.show), post(Distance.path + "/mute", Distance.mute),
            post(Distance.path + "/unmute", Distance.unmute), post(Distance.path + "/block", Distance.block),
            post(Distance.path + "/unblock", Distance.unblock), get("/settings/delete", LeaveCafe.show),
            post("/settings/delete", page: LeaveCafe.show, LeaveCafe.leave), get("/report", ReportPage.show),
            post("/report", page: ReportPage.show, ReportPage.send), get("/kept", Kept.show), post("/kept", Kept.keep),
            post("/kept/release", Kept.release),
        ]
    }

    /// The pages on which a person authorizes an app, and redirects from the sign-in paths that apps know.
    private var apps: [Route] {
        let elsewhere = [
            ("/auth/sign_in", "/sign-in"), ("/auth/password/new", "/sign-in"), ("/auth/sign_up", "/sign-up"),
            ("/auth/edit", "/settings"),
            ("/oauth/authorized_applications", "/settings#apps"),
        ]
        return [
            get(Authorize.path, Authorize.show), post(Authorize.path, Authorize.decide),
            post(Authorize.path + "/deny", Authorize.refuse), post("/sign-in/other", Authorize.switchPerson),
            post("/settings/apps/revoke", ConnectedAppsSection.revoke),
        ] + elsewhere.map { path, target in get(path) { $0.redirect(target) } }
    }

    private var stewardship: [Route] {
        [
            get("/moderation", Moderation.show), post("/moderation/approve", Moderation.approve),
            post("/moderation/refuse", Moderation.refuse), post("/moderation/resolve", Moderation.resolve),
            post("/moderation/suspend", Moderation.suspend), post("/moderation/restore", Moderation.restore),
            get("/moderation/community", CommunityPage.show),
            post("/moderation/community", page: CommunityPage.show, CommunityPage.save),
            post("/moderation/roles", page: CommunityPage.show, CommunityPage.setRole),
            get("/moderation/log", ModerationLogPage.show),
            post("/moderation/hosts", page: Moderation.show, Moderation.setPolicy),
            post("/moderation/retry", Moderation.retry), get("/moderation/mail", MailPage.show),
            post("/moderation/mail/retry", MailPage.retry),
            post("/moderation/mail/drop", MailPage.drop),
            post("/moderation/mail/allow", MailPage.allow),
            post("/moderation/announce", page: Moderation.show, Moderation.announce),
            post("/moderation/withdraw", Moderation.withdraw),
        ]
    }

    /// Returns the page for an error that no page has caught.
    public func errorPage(
        _ status: HTTPResponse.Status, code: String, _ request: Request, _ context: NodeContext
    ) async -> Response {
        // When the database does not work, it is not asked who reads the page.
        let known = status == .serviceUnavailable ? nil : try? await visit(request, context)
        let visit = known ?? stranger(request, context)
        return visit.errorPage(status, code: code)
    }
}

// MARK: - From a request to a visit

extension WebPages {
    func get(_ path: String, _ handler: @escaping @Sendable (Visit) async throws -> Response) -> Route {
        .get(path) { request, context in
            try await cache.response(
                to: request, context, isSecure: services.community.isSecure, now: services.clock.now.milliseconds,
                formToken: { services.formToken(session: $0) }
            ) { formToken in
                var visit = try await visit(request, context)
                if let formToken { visit.visitor = Sessions.Visitor(formToken: formToken) }
                return try await responding(visit) { try await handler(visit) }
            }
        }
    }

    /// Makes the route of a file that is sent in parts and never cached.
    private func download(_ path: String, _ handler: @escaping @Sendable (Visit) async throws -> Response) -> Route {
        .get(path) { request, context in
            let visit = try await visit(request, context)
            return try await responding(visit) { try await handler(visit) }
        }
    }

    /// - Parameter lists: the names of fields that may occur several times.
    ///   - page: shows the page of the form, see ``FormPage``; nil for a form without text.
    private func post(
        _ path: String, lists: Set<String> = [], page: FormPage.Show? = nil,
        _ handler: @escaping @Sendable (Submission) async throws -> Response
    ) -> Route {
        .post(path) { request, context in
            let visit = try await visit(request, context)
            return try await responding(visit) {
                let form = try await Form(request, lists: lists)
                return try await answer(Submission(visit: visit, form: form), page, handler)
            }
        }
    }

    /// Makes the route of a request that needs no form token, because its address contains a secret.
    private func link(_ path: String, _ handler: @escaping @Sendable (Visit) async throws -> Response) -> Route {
        .post(path) { request, context in
            let visit = try await visit(request, context)
            return try await responding(visit) { try await handler(visit) }
        }
    }

    /// Checks the token of a form and lets the handler answer it. The page of the form answers when only another
    /// language is wanted, and when the token is no longer valid.
    private func answer(
        _ sent: Submission, _ page: FormPage.Show?, _ handler: @Sendable (Submission) async throws -> Response
    ) async throws -> Response {
        var sent = sent
        if page != nil { sent.visit.typed = FormPage.typed(sent.form) }
        let visit = sent.visit
        do {
            try SameOrigin.require(token: sent.form[Sessions.formField], expected: visit.formToken)
        } catch {
            guard let page, visit.typed != nil else { throw error }
            do {
                return try await FormPage.afterStaleToken(visit, page)
            } catch is ServiceError {
                return visit.errorPage(error.status, code: error.code)
            }
        }
        if let page, let language = Language(rawValue: sent.form[FormPage.languageField]) {
            var visit = visit
            visit.typed = FormPage.typed(try Form(encoded: sent.form[FormPage.typedField]))
            return try await FormPage.inLanguage(language, visit, page)
        }
        return try await handler(sent)
    }

    /// Makes the route of a form with files. Only a member may send it. The files exist until the handler returns.
    private func upload(
        _ path: String, _ limits: UploadReceiver.Limits, page: FormPage.Show? = nil,
        _ handler: @escaping @Sendable (Submission) async throws -> Response
    ) -> Route {
        let plain = post(path, page: page, handler)
        guard let uploads else { return plain }
        return .post(path) { request, context in
            guard UploadReceiver.isForm(request) else { return try await plain.handler(request, context) }
            let visit = try await visit(request, context)
            return try await responding(visit) {
                _ = try visit.member()
                return try await uploads.receive(request, limits: limits) { sent in
                    let form = try Form(fields: sent.fields)
                    return try await answer(Submission(visit: visit, form: form, files: sent.files), page, handler)
                }
            }
        }
    }

    /// Turns the errors of commands and pages into error pages. Other errors are thrown on and logged.
    private func responding(_ visit: Visit, _ body: () async throws -> Response) async throws -> Response {
        do {
            return try await body()
        } catch ServiceError.signInNeeded {
            let next = visit.request.method == .get ? visit.address : "/"
            return visit.redirect("/sign-in?next=\(next.percentEncoded)")
        } catch let error as ServiceError {
            let (status, code) = error.statusAndCode
            return visit.errorPage(status, code: code)
        } catch let error as BrokenBody {
            throw error
        } catch let error as any PublicError {
            return visit.errorPage(error.status, code: error.code)
        }
    }

    private func visit(_ request: Request, _ context: NodeContext) async throws -> Visit {
        let visitor = Sessions.visitor(request, context, services)
        let language = language(of: request, visitor)
        var visit = Visit(pages: self, request: request, context: context, visitor: visitor, t: .of(language))
        if request.method == .get {
            visit.flash = Flash.read(request, visit.query, isSecure: services.community.isSecure)
        }
        if let person = visit.viewer, request.method == .get {
            let now = visit.now
            visit.hasNews = try await services.database.read { db in
                try Notifications.hasNews(for: person, at: now, in: db)
            }
        }
        return visit
    }

    /// The visit of an unknown visitor, for when the session cannot be read.
    private func stranger(_ request: Request, _ context: NodeContext) -> Visit {
        let visitor = Sessions.Visitor(formToken: "")
        let language = language(of: request, visitor)
        return Visit(pages: self, request: request, context: context, visitor: visitor, t: .of(language))
    }

    /// Chooses the language: the setting of the person, else the cookie of this browser, else its `Accept-Language`,
    /// else the language of the community.
    private func language(of request: Request, _ visitor: Sessions.Visitor) -> Language {
        let community = services.community
        let cookie = Cookies.read(Sessions.languageCookie, request, secure: community.isSecure)
        return visitor.person?.language.flatMap(Language.init) ?? cookie.flatMap(Language.init)
            ?? Language.preferred(by: request.headers[.acceptLanguage])
            ?? Language(rawValue: community.language) ?? .french
    }
}

extension ServiceError {
    /// The status and the code of the error page. `notAllowed` looks like `notFound`, so that a page does not reveal
    /// what exists.
    var statusAndCode: (HTTPResponse.Status, String) {
        switch self {
        case .notFound, .notAllowed: (.notFound, "not_found")
        case .signInNeeded: (.unauthorized, "sign_in_needed")
        case .invalid: (.unprocessableContent, "invalid")
        case .conflict(let code): (.conflict, code)
        case .tooMany: (.tooManyRequests, "too_many_requests")
        case .busy: (.serviceUnavailable, "overloaded")
        case .unreachable: (.badGateway, "unreachable")
        }
    }
}
