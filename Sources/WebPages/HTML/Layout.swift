// SPDX-License-Identifier: Apache-2.0

internal import HTTPSupport
internal import HTTPTypes
internal import Hummingbird
internal import Model
internal import TextEncoding

/// A page without the layout that all pages share.
struct Page: Sendable {
    /// The title in the browser's tab, before the name of the community.
    var title: String
    /// The menu item that is marked as current.
    var menuItem: MenuItem?
    /// One sentence for previews and search engines.
    var summary = ""
    /// The content, with exactly one `h1`.
    var content: HTML
    /// The content of the side column.
    var aside: HTML = .nothing
    /// The part of the content that comes after the side column on a phone, such as the comments on an event. On a wide
    /// screen it is below the rest of the content.
    var rest: HTML = .nothing
    /// The feeds and calendars of this page.
    var feeds: [Feed] = []
    /// The address of the ActivityPub document of the same thing.
    var document: String?
    /// What other programs show of this page.
    var preview = Preview()
    /// The path under which search engines list the page, when it has several.
    var canonical: String?
    /// Whether search engines are asked not to index the page.
    var isHidden = false
    /// Whether the content also fills the side column.
    var isWide = false
    /// Whether the page has the corner with print, share and feed links. Pages that need a session have none.
    var hasCorner = true

    /// The menu items of the header.
    enum MenuItem: String, CaseIterable, Sendable {
        case home = "/"
        case events = "/events"
        case discussions = "/discussions"
        case members = "/members"
        case networks = "/networks"
        case mine = "/my-events"
        case news = "/notifications"
        case search = "/search"
    }

    /// A feed or a calendar.
    struct Feed: Sendable {
        enum Kind: Sendable { case atom, calendar }
        var kind: Kind
        var path: String
        var title: String
    }

    init(_ title: String, _ menuItem: MenuItem? = nil, content: HTML) {
        self.title = title
        self.menuItem = menuItem
        self.content = content
    }

    /// Returns a changed copy.
    func with(_ change: (inout Page) -> Void) -> Page {
        var page = self
        change(&page)
        return page
    }
}

extension Visit {
    /// Returns the response with the page in its layout.
    func respond(_ page: Page, status: HTTPResponse.Status = .ok) -> Response {
        var headers = HTTPFields()
        headers[.cacheControl] = "private, no-cache"
        headers[.contentLanguage] = t.language.rawValue
        headers[.vary] = "Cookie, Accept-Language"
        if let cookie = visitor.newCookie { headers[.setCookie] = cookie }
        if flash != nil {
            headers.append(HTTPField(name: .setCookie, value: Flash.forget(isSecure: community.isSecure)))
        }
        return Responses.html(document(page).string, status: status, headers: headers)
    }

    func document(_ page: Page) -> HTML {
        let isOnPaper = query["view"] == "print"
        let isTwofold = !page.rest.isEmpty
        let classes = [
            isOnPaper ? "on-paper" : nil, page.aside.isEmpty || isTwofold ? nil : "has-aside",
            page.isWide || isTwofold ? "wide" : nil, person == nil ? "stranger" : nil,
        ]
        .compactMap { $0 }
        return """
            <!DOCTYPE html>
            <html lang="\(t.language.rawValue)">
            \(head(page))
            <body\("class", classes.isEmpty ? nil : classes.joined(separator: " "))>
            <a class="skip" href="#content">\(t(.skip))</a>
            \(header(page))
            <div class="sheet">
            <main id="content" tabindex="-1">
            \(flashMessage(above: page))\(staleNotice)\(isTwofold ? twofold(page) : page.content)
            </main>
            \(when(!page.aside.isEmpty && !isTwofold, "<aside class=\"side\" aria-label=\"\(t(.aside))\">\(page.aside)</aside>"))
            \(when(page.hasCorner && request.method == .get, corner(page)))
            </div>
            \(footer)
            </body></html>
            """
    }

    private func twofold(_ page: Page) -> HTML {
        """
        <div class="twofold"><div class="first">\(page.content)</div><div class="side">\(page.aside)</div>
        <div class="rest">\(page.rest)</div></div>
        """
    }

    private func head(_ page: Page) -> HTML {
        let title = page.menuItem == .home ? community.name : "\(page.title) · \(community.name)"
        let summary = page.summary.isEmpty ? community.tagline : page.summary
        return """
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(title)</title>
            <meta name="description" content="\(summary)"><meta name="color-scheme" content="light dark">
            <meta name="theme-color" content="#fbf8f3" media="(prefers-color-scheme: light)">
            <meta name="theme-color" content="#171413" media="(prefers-color-scheme: dark)">
            \(preview(of: page, summary: summary))
            \(when(page.isHidden, "<meta name=\"robots\" content=\"noindex\">"))
            <link rel="stylesheet" href="\(Styles.path)"><link rel="icon" type="image/svg+xml" href="\(Styles.iconPath)">
            <link rel="icon" sizes="32x32" href="/favicon.ico"><link rel="apple-touch-icon" href="\(Icons.touchPath)">
            <link rel="manifest" href="\(SiteFiles.manifestPath)">
            \(each(page.feeds, feedLink))
            \(maybe(page.document) { "<link rel=\"alternate\" type=\"application/activity+json\" href=\"\($0)\">" })
            </head>
            """
    }

    private func feedLink(_ feed: Page.Feed) -> HTML {
        let type = feed.kind == .atom ? "application/atom+xml" : "text/calendar"
        return "<link rel=\"alternate\" type=\"\(type)\" title=\"\(feed.title)\" href=\"\(feed.path)\">"
    }

    private func header(_ page: Page) -> HTML {
        let menuItems: [(Page.MenuItem, Phrase, HTML)] = [
            (.home, .home, Pictures.home), (.events, .events, Pictures.agenda),
            (.discussions, .discussions, Pictures.talk), (.members, .members, Pictures.people),
            (.networks, .networks, Pictures.network),
        ]
        return """
            <header class="top"><div class="bar">
            <a class="brand" href="/">\(Pictures.logo)<span\("lang", foreign(community.language))>\(community.name)</span></a>
            <nav class="entries" aria-label="\(t(.mainNavigation))"><ul>\(each(menuItems) { menuItem, phrase, picture in
                """
                <li><a href="\(menuItem.rawValue)"\(" aria-current=\"page\"", if: page.menuItem == menuItem)>\(picture)\
                <span>\(t(phrase))</span></a></li>
                """
            })</ul></nav>
            \(person == nil ? signInLinks : menu(page))
            </div></header>
            """
    }

    private var signInLinks: HTML {
        let next = path == "/" || path.hasPrefix("/sign-") ? "" : "?next=\(path.percentEncoded)"
        return """
            <div class="door"><a class="find" href="/search" title="\(t(.search))">\(Pictures.search)<span class="unseen">\(t(.search))</span></a>
            <a href="/sign-in\(next)">\(t(.signIn))</a>
            \(when(community.registration != .closed, "<a class=\"button small\" href=\"/sign-up\(next)\">\(t(.signUp))</a>"))</div>
            """
    }

    private func menu(_ page: Page) -> HTML {
        maybe(person) { person in
            """
            <div class="door"><a class="mine" href="/my-events"\(" aria-current=\"page\"", if: page.menuItem == .mine)>\
            \(t(.myEvents))</a>
            <a class="find" href="/search" title="\(t(.search))">\(Pictures.search)<span class="unseen">\(t(.search))</span></a>
            <a class="bell" href="/notifications" title="\(t(.news))"\(" aria-current=\"page\"", if: page.menuItem == .news)>\
            \(Pictures.bell)<span class="unseen">\(t(.news))</span>\
            \(when(hasNews && page.menuItem != .news, "<span class=\"dot\"><span class=\"unseen\"> : \(t(.newsDot))</span></span>"))</a>
            <div class="menu"><button type="button" popovertarget="mine">\(AccountCard.avatar(person.account, .small))\
            <span class="unseen">\(t(.menuOf, person.account.shownName))</span></button>
            <ul id="mine" popover><li><a href="\(person.account.path)">\(AccountCard.avatar(person.account, .small)) \(person.account.shownName)</a></li>
            <li><a href="/my-events">\(t(.myEvents))</a></li>
            <li><a href="/notifications">\(t(.news))</a></li>
            <li><a href="/kept">\(t(.kept))</a></li>
            <li><a href="/settings">\(t(.settings))</a></li>
            \(when(isModerator, "<li><a href=\"/moderation\">\(t(.moderation))</a></li>"))
            <li>\(form("/sign-out", "<button class=\"plain\" type=\"submit\">\(t(.signOut))</button>"))</li></ul></div></div>
            """
        }
    }

    /// The flash message of the previous form, unless it is shown at the post to which the browser scrolls.
    private func flashMessage(above page: Page) -> HTML {
        guard let flash, !isAtPost(flash, in: page) else { return .nothing }
        return flashMessage(flash.message)
    }

    private var staleNotice: HTML {
        when(isStale, "<div class=\"errors\" role=\"alert\"><h2>\(t(.staleForm))</h2><p>\(t(.staleFormText))</p></div>")
    }

    private func isAtPost(_ flash: Flash, in page: Page) -> Bool {
        let mark = " class=\"notice at-post\""
        return flash.post != nil && (page.content.string.contains(mark) || page.rest.string.contains(mark))
    }

    /// The sentence that says what was just done.
    func flashMessage(_ message: FlashMessage, style: String = "notice") -> HTML {
        "<p class=\"\(style)\" role=\"status\"><span aria-hidden=\"true\">✓</span> \(t.flashMessage(message))</p>"
    }

    /// Returns the corner with the links to print, share and subscribe. It is at the same place on every page.
    private func corner(_ page: Page) -> HTML {
        let here = community.address + address
        let mail = "mailto:?subject=\(page.title.percentEncoded)&body=\((page.title + "\n" + here).percentEncoded)"
        let mark = address.contains("?") ? "&" : "?"
        return """
            <section class="corner" aria-label="\(t(.corner))">
            <ul><li class="to-paper"><a href="\(address + mark)view=print" rel="nofollow">\(t(.print))</a></li>
            <li><details><summary>\(t(.recommend))</summary><div class="drop"><p><a href="\(mail)">\(t(.recommendByMail))</a></p>
            <p class="hint">\(t(.recommendByAddress))</p><p class="address">\(here)</p></div></details></li>
            \(each(page.feeds) { "<li><a href=\"\($0.path)\">\($0.title)</a></li>" })</ul>
            <p class="paper-only">\(t(.printHint)) <a href="\(address)">\(t(.back))</a></p>
            <p class="printed">\(here)</p></section>
            """
    }

    private var footer: HTML {
        let others = Language.allCases.filter { $0 != t.language }
        let isChosen = person?.language != nil
        return """
            <footer class="foot"><div class="bar"><p>\(Pictures.logo) <strong\("lang", foreign(community.language))>\(community.name)</strong> \
            <span class="meta"\("lang", foreign(community.language))>\(community.tagline)</span></p>
            <ul><li><a href="/about">\(t(.about))</a></li><li><a href="/groups">\(t(.groups))</a></li>
            <li><a href="/search">\(t(.search))</a></li>
            <li><a href="/discussions.atom">\(t(.feed))</a></li><li><a href="/events.ics">\(t(.calendar))</a></li>
            \(when(!isChosen, each(others) { "<li>\(languageLink($0))</li>" }))</ul></div></footer>
            """
    }

    /// Returns the way to the same page in another language. Below a form that was refused, it sends what was typed with
    /// it, so that nothing is lost.
    private func languageLink(_ language: Language) -> HTML {
        guard let typed else {
            return """
                <a href="/language?to=\(language.rawValue)&amp;next=\(wholeAddress.percentEncoded)" lang="\(language.rawValue)"
                hreflang="\(language.rawValue)" rel="nofollow">\(language.ownName)</a>
                """
        }
        let fields = each(typed.sorted { $0.key < $1.key }) { hidden($0.key, $0.value) }
        return form(
            path, style: "inline",
            """
            \(fields)\(hidden(FormPage.languageField, language.rawValue))<button class="plain" type="submit" \
            lang="\(language.rawValue)">\(language.ownName)</button>
            """)
    }
}
