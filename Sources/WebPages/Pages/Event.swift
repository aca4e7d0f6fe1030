// SPDX-License-Identifier: Apache-2.0

import Database
internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Services
internal import Storage
internal import TextEncoding

/// The page of an event: description, time, place, attendees, and the RSVP buttons.
enum EventPage {
    private struct Content: Sendable {
        var view: EventView
        var position: Int?
        var mayChange = false
        var answers: AnswerList
    }

    static func show(_ visit: Visit) async throws -> Response {
        try await page(visit, id: try visit.id(), FormState())
    }

    /// - Parameter state: a comment that was refused and is shown again.
    static func page(
        _ visit: Visit, id: ID<Event>, _ state: FormState, status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let content = try await load(id, visit)
        let event = content.view.event
        let page = Page(event.title, .events, content: main(content, visit)).with {
            $0.summary = visit.summary(of: event)
            $0.preview = visit.preview(of: content.view)
            $0.aside = aside(content, visit)
            $0.rest = comments(content, state, visit)
            $0.document = String(describing: event.iri)
            $0.isHidden = !event.isLocal || event.visibility != .everyone
            $0.feeds = [Page.Feed(kind: .calendar, path: "\(event.path)/event.ics", title: visit.t(.addToCalendar))]
        }
        return visit.respond(page, status: status)
    }

    private static func load(_ id: ID<Event>, _ visit: Visit) async throws -> Content {
        let (viewer, wanted) = (visit.viewer, visit.answerRange)
        let content = try await visit.database.read { db -> Content? in
            guard let view = try EventViews.one(id, viewer: viewer, with: ViewDetails.page.union(.reactions), in: db)
            else { return nil }
            let answers = try AnswerList(to: .event(id), wanted ?? .beginning, viewer: viewer, in: db)
            var content = Content(view: view, answers: answers)
            if let viewer { content.position = try GuestLists.position(account: viewer, event: id, in: db) }
            return content
        }
        guard var content else { throw ServiceError.notFound }
        if let viewer { content.mayChange = try await visit.services.mayChangeEvent(id, as: .member(viewer)) }
        return content
    }

    private static func main(_ content: Content, _ visit: Visit) -> HTML {
        let (t, view) = (visit.t, content.view)
        let event = view.event
        return """
            <p class="crumbs"><a href="/events">\(t(.events))</a> › <a href="\(view.owner.path)">\(view.owner.shownName)</a>\
            \(when(!view.owner.isLocal, " · \(visit.origin(view))"))</p>
            <div class="slate poster">\(visit.dateBlock(event))<div><h1 dir="auto"\("lang", visit.foreign(event.language))>\(view.titleHTML)</h1>
            <p class="when">\(visit.span(of: event))</p>
            \(maybe(event.previousStart) { previous in
                when(event.status == .rescheduled, "<p class=\"where\">\(t(.wasPlannedFor)) <s>\(visit.moments.point(previous, in: event.timeZone))</s></p>")
            })
            <p class="where">\(visit.place(event))</p>
            <p class="states">\(visit.stateBadge(event)) \(visit.seats(view))</p></div></div>
            \(coming(content, visit))
            <div class="words" dir="auto"\("lang", visit.foreign(event.language))>\(EmojiText.html(event.content, known: event.emojis, of: view.owner))\(picture(event, visit))</div>
            \(topics(event, visit))\(echo(view, visit))\(code(event, visit))
            """
    }

    /// Returns a link to the picture of a remote event. It is not shown here, because a request for it would tell the
    /// other server who reads the page.
    private static func picture(_ event: Event, _ visit: Visit) -> HTML {
        maybe(event.picture) { picture in
            let label = [visit.t(.picture), picture.description].filter { !$0.isEmpty }.joined(separator: " : ")
            return """
                <ul class="attachments"><li><a href="\(String(describing: picture.url))"
                rel="nofollow noopener noreferrer ugc">\(label)</a></li></ul>
                """
        }
    }

    /// Returns the QR code with the address of the page. Only a printed poster shows it.
    private static func code(_ event: Event, _ visit: Visit) -> HTML {
        let address = visit.community.address + event.path
        return maybe(QRCode.drawing(of: address, label: address)) {
            "<p class=\"code-of\">\($0)<span>\(visit.t(.posterCode))<br>\(address)</span></p>"
        }
    }

    /// Returns the category and the hashtags of a remote event. Those of a local event are links in its text.
    private static func topics(_ event: Event, _ visit: Visit) -> HTML {
        let marked = Set(event.content.hashtags)
        let tags = event.hashtags.filter { !marked.contains($0) }
        let links: [HTML] = tags.map { "<a href=\"/tags/\($0.percentEncoded)\">#\($0)</a>" }
        let category: [HTML] = event.category.map { ["\($0.lowercased().replacing("_", with: " "))"] } ?? []
        let topics = category + links
        return when(
            !topics.isEmpty,
            "<p class=\"meta\">\(visit.t(.eventTopics)) \(each(topics.enumerated()) { $0 == 0 ? $1 : " · \($1)" })</p>"
        )
    }

    /// Returns how many people like and share the event.
    private static func echo(_ view: EventView, _ visit: Visit) -> HTML {
        let counts = [
            view.likeCount > 0 ? visit.t.count(.interestedCount, view.likeCount) : nil,
            view.shareCount > 0 ? visit.t.count(.sharedCount, view.shareCount) : nil,
        ].compactMap { $0 }
        return when(!counts.isEmpty, "<p class=\"meta\">\(counts.joined(separator: " · "))</p>")
    }

    // MARK: - Coming

    private static func coming(_ content: Content, _ visit: Visit) -> HTML {
        let (t, event) = (visit.t, content.view.event)
        let manage: HTML = when(
            content.mayChange, "<p><a class=\"button quiet\" href=\"\(event.path)/manage\">\(t(.manageEvent))</a></p>")
        guard event.endsAt > visit.now else {
            return "<section class=\"panel rsvp\"><p>\(t(.eventIsOver))</p>\(manage)</section>"
        }
        guard event.status.takesGuests else {
            let title = t(event.status == .cancelled ? .eventIsOff : .eventIsPutOff)
            return """
                <section class="panel rsvp" aria-labelledby="rsvp"><h2 id="rsvp">\(title)</h2>
                \(off(content.view, visit))\(manage)</section>
                """
        }
        return """
            <section class="panel rsvp" aria-labelledby="rsvp"><h2 id="rsvp">\(t(.willYouCome))</h2>
            \(standing(content, visit))\(manage)</section>
            """
    }

    /// Returns what a cancelled or postponed event means for the reader.
    private static func off(_ view: EventView, _ visit: Visit) -> HTML {
        let (t, event) = (visit.t, view.event)
        guard event.status != .cancelled else { return "<p>\(t(.cancelledHint))</p>" }
        switch view.viewer?.state {
        case .going, .waiting:
            let leave = visit.button("\(event.path)/leave", t(.dontCome), style: "button quiet")
            return "<p>\(t(view.viewer?.state == .going ? .seatKept : .waitKept))</p>\(leave)"
        default:
            return "<p>\(t(.postponedHint))</p>"
        }
    }

    private static func standing(_ content: Content, _ visit: Visit) -> HTML {
        let (t, view) = (visit.t, content.view)
        let event = view.event
        if let elsewhere = event.externalURL, event.joinMode == .external {
            return """
                <p>\(t(.joinElsewhere))</p><p><a class="button" rel="nofollow noopener noreferrer ugc"
                href="\(String(describing: elsewhere))">\(t(.signUpThere))</a></p>
                """
        }
        let leave = visit.button("\(event.path)/leave", t(.dontCome), style: "button quiet")
        switch view.viewer?.state {
        case .going:
            return
                "<p class=\"yes-line\"><span aria-hidden=\"true\">✓</span> \(t(.youHaveASeat))</p>\(online(event, visit))\(calendar(event, t))\(leave)"
        case .waiting:
            let place = content.position.map { t.count(.yourPlace, $0) } ?? t(.youWait)
            return "<p class=\"wait-line\">\(place)</p><p class=\"hint\">\(t(.queueHint))</p>\(leave)"
        case .asked:
            return
                "<p class=\"wait-line\">\(t(visit.isUnanswered(view) ? .unansweredHint : .askedHint, view.owner.isLocal ? view.owner.shownName : view.owner.host))</p>\(leave)"
        case .declined:
            return "<p>\(t(.declinedHint))</p>"
        case .cancelled, nil:
            return "\(online(event, visit))\(invitation(view, visit))"
        }
    }

    /// Returns the link that puts the event into the calendar of who has just got a seat.
    private static func calendar(_ event: Event, _ t: Texts) -> HTML {
        "<p><a href=\"\(event.path)/event.ics\">\(t(.addToCalendar))</a></p>"
    }

    /// Returns the address of the online meeting. The view has it for attendees and organizers only.
    private static func online(_ event: Event, _ visit: Visit) -> HTML {
        maybe(event.onlineURL) { address in
            let text = String(describing: address)
            return "<p>\(visit.t(.meetOnline)) <a href=\"\(text)\" rel=\"nofollow noopener noreferrer\">\(text)</a></p>"
        }
    }

    private static func invitation(_ view: EventView, _ visit: Visit) -> HTML {
        let (t, event) = (visit.t, view.event)
        let isFull = view.seatsLeft == 0 || view.waiting > 0
        guard visit.person != nil else {
            return """
                <p><a class="button" href="/sign-in?next=\(event.path.percentEncoded)">\(t(isFull ? .joinQueue : .iCome))</a></p>
                <p class="hint">\(t(.comeFromElsewhere))</p><p class="address">\(String(describing: event.iri))</p>
                """
        }
        return """
            \(visit.button("\(event.path)/join", t(isFull ? .joinQueue : .iCome)))
            <p class="hint">\(t(event.isLocal ? .whoSeesYou : .whoSeesYouThere, view.owner.host))</p>
            """
    }

    // MARK: - Around it

    private static func comments(_ content: Content, _ state: FormState, _ visit: Visit) -> HTML {
        let (t, event) = (visit.t, content.view.event)
        let text = Field("text", t(.yourComment), .area(rows: 4)).with {
            $0.isRequired = true
            $0.limit = PostLimits.text
            $0.hint = t(.textHint)
        }
        let answers = content.answers
        return """
            <section class="no-print" id="answer" aria-labelledby="answers"><h2 id="answers">\(t(.aroundEvent))</h2>
            \(when(answers.views.isEmpty && answers.isWhole, "<p class=\"hint\">\(t(.aroundEventEmpty))</p>"))
            \(answers.html(at: event.path, visit))
            \(visit.problems(state))
            \(when(visit.person != nil && event.visibility.isOpen, visit.form("/posts", """
                \(visit.hidden("event", String(describing: event.id)))\(visit.field(text, state))
                \(visit.onceField)\(visit.submit(t(.sendComment)))
                """)))</section>
            """
    }

    private static func aside(_ content: Content, _ visit: Visit) -> HTML {
        let (t, view) = (visit.t, content.view)
        let event = view.event
        return """
            <section class="panel no-print"><h2>\(t(.whoComes))</h2>
            <p>\(attendance(view, visit))</p>
            <ul class="people">\(each(view.attendees) { "<li>\(AccountCard.link($0))</li>" })</ul>
            \(when(view.going > view.attendees.count, """
                <p class="hint">\(t(.attendeesHint))</p>
                \(when(view.attendees.count == EventViews.attendeeLimit, "<p><a href=\"\(event.path)/guests\">\(t(.allAttendees))</a></p>"))
                """))</section>
            \(when(event.place != nil, """
                <section class="panel no-print"><h2>\(t(.whereIsIt))</h2>\(address(event))\(map(event, visit))</section>
                """))
            <section class="panel"><h2>\(t(.whoInvites))</h2><ul class="people"><li>\(AccountCard.link(view.owner))</li>
            \(maybe(view.organizer) { "<li>\(AccountCard.link($0))</li>" })</ul>
            \(when(!event.isLocal, "<p><a href=\"\(String(describing: event.url ?? event.iri))\" rel=\"nofollow noopener noreferrer ugc\">\(t(.seeAtOrigin))</a></p>"))
            \(when(visit.person != nil, """
                <div class="deeds">\(visit.keepButton(.event(event.id), isKept: view.interactions.bookmarked, next: event.path))
                <a class="button quiet small" href="/report?event=\(event.id)">\(t(.report))</a></div>
                """))</section>
            """
    }

    private static func attendance(_ view: EventView, _ visit: Visit) -> String {
        let (t, isOn) = (visit.t, visit.isAhead(view.event))
        guard view.going > 0 else { return t(isOn ? .nobodyYet : .nobodyCame) }
        return t.count(isOn ? .comingCount : .hadSeatsCount, view.going)
    }

    private static func address(_ event: Event) -> HTML {
        maybe(event.place) { place in
            let lines = place.addressLines
            return
                "<address><strong dir=\"auto\">\(lines.first ?? "")</strong>\(each(lines.dropFirst()) { "<br><bdi>\($0)</bdi>" })</address>"
        }
    }

    /// Returns a link to a map. An embedded map would make the browser contact another host, which would learn who
    /// reads the page.
    private static func map(_ event: Event, _ visit: Visit) -> HTML {
        maybe(event.place) { place in
            let point = place.coordinates.map { "\($0.latitude) \($0.longitude)" }
            let address = "https://www.openstreetmap.org/search?query=\((point ?? place.line).percentEncoded)"
            return
                "<p class=\"no-print\"><a href=\"\(address)\" rel=\"noopener noreferrer\">\(visit.t(.openMap))</a></p>"
        }
    }

    // MARK: - Answers

    static func join(_ sent: Submission) async throws -> Response {
        let visit = sent.visit
        let id: ID<Event> = try visit.id()
        do {
            switch try await visit.services.joinEvent(id, as: try visit.principal()) {
            case .going: return visit.redirect("/events/\(id)", flash: .going)
            case .waiting: return visit.redirect("/events/\(id)", flash: .waiting)
            case .asked, .cancelled, .declined: return visit.redirect("/events/\(id)", flash: .asked)
            }
        } catch ServiceError.conflict(let code) {
            var state = FormState()
            state.errors = [FieldError("", code)]
            return try await page(visit, id: id, state, status: .conflict)
        }
    }

    static func leave(_ sent: Submission) async throws -> Response {
        let id: ID<Event> = try sent.visit.id()
        try await sent.visit.services.leaveEvent(id, as: try sent.visit.principal())
        return sent.visit.redirect("/events/\(id)", flash: .left)
    }
}
