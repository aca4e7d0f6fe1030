// SPDX-License-Identifier: Apache-2.0

import Database
internal import HTTPSupport
internal import Hummingbird
internal import Model
internal import Services
internal import Storage
internal import TextEncoding

/// The form to plan an event, also as a copy of a past one. The form that changes an event shares its fields.
enum PlanEvent {
    static func show(_ visit: Visit) async throws -> Response {
        let person = try visit.member()
        let groups = try await groups(of: person, visit)
        var state = FormState(["comes": "yes"])
        if let id = visit.query["like"].flatMap({ ID<Event>($0) }) {
            state = try await copy(of: id, visit)
            state.values["comes"] = "yes"
        } else {
            let wanted = visit.query["group"].flatMap { name in groups.first { $0.username == name } }
            let main = groups.first { $0.username == Community.mainGroup } ?? groups.first
            state.values["group"] = (wanted ?? main).map { String(describing: $0.id) }
            state.values["zone"] = visit.pages.timeZone
        }
        return page(visit, groups, state)
    }

    static func plan(_ sent: Submission) async throws -> Response {
        let visit = sent.visit
        let person = try visit.member()
        do {
            var draft = try draft(sent)
            draft.organizerComes = sent["comes"] == "yes"
            draft.key = sent.onceKey
            let id = try await visit.services.planEvent(draft, as: try visit.principal())
            return visit.redirect("/events/\(id)", flash: .planned)
        } catch let error as ServiceError {
            var state = self.state(sent)
            let status = try state.take(error)
            return page(visit, try await groups(of: person, visit), state, status: status)
        }
    }

    private static func page(
        _ visit: Visit, _ groups: [Account], _ state: FormState, status: HTTPResponse.Status = .ok
    ) -> Response {
        let t = visit.t
        let choices = groups.map { Field.Choice(value: String(describing: $0.id), label: $0.shownName) }
        let group = Field("group", t(.eventGroup), .choice(choices)).with { $0.isRequired = true }
        let content: HTML = """
            <h1>\(t(.planEvent))</h1>\(visit.problems(state))
            \(when(groups.isEmpty, "<p class=\"panel\">\(t(.noGroupToPlan)) <a href=\"/groups\">\(t(.groups))</a></p>"))
            \(when(!groups.isEmpty, visit.form("/events", style: "sheet-form", """
                \(visit.field(group, state))\(fields(visit, state))
                \(visit.checkbox("comes", t(.organizerComes), hint: t(.organizerComesHint), state))
                \(visit.onceField)\(visit.submit(t(.announceEvent), cancel: "/events"))
                """)))
            """
        let page = Page(t(.planEvent), .events, content: content).with { $0.hasCorner = false }
        return visit.respond(page, status: status)
    }

    /// Returns all fields but the group.
    static func fields(_ visit: Visit, _ state: FormState) -> HTML {
        let t = visit.t
        let title = Field("title", t(.eventTitle)).with {
            $0.isRequired = true; $0.limit = PostLimits.title
        }
        let start = Field("start", t(.eventStart), .moment).with { $0.isRequired = true }
        let end = Field("end", t(.eventEnd), .moment).with { $0.hint = t(.eventEndHint) }
        let zone = Field("zone", t(.eventZone), .choice(MeetingZones.choices(with: visit.value(of: "zone", state))))
            .with { $0.hint = t(.eventZoneHint) }
        let text = Field("text", t(.eventText), .area(rows: 6)).with { $0.hint = t(.eventTextHint) }
        let online = Field("online", t(.eventOnline), .url).with { $0.hint = t(.eventOnlineHint) }
        let capacity = Field("capacity", t(.eventSeats), .number).with { $0.hint = t(.eventSeatsHint) }
        return """
            \(visit.field(title, state))
            <div class="pair">\(visit.field(start, state))\(visit.field(end, state))</div>
            \(visit.field(zone, state))
            <fieldset><legend>\(t(.eventPlace))</legend>\(visit.field(Field("place", t(.placeName)), state))
            \(visit.field(Field("street", t(.placeStreet)), state))
            <div class="pair">\(visit.field(Field("postal_code", t(.placePostalCode)), state))\
            \(visit.field(Field("locality", t(.placeTown)), state))</div>\(visit.field(online, state))</fieldset>
            \(visit.field(capacity, state))\(visit.field(text, state))
            """
    }

    // MARK: - Between the form and the event

    static func state(_ sent: Submission) -> FormState {
        sent.state(
            "group", "title", "start", "end", "place", "street", "postal_code", "locality", "online", "capacity",
            "text", "zone",
            "comes")
    }

    static func state(of event: Event) -> FormState {
        FormState([
            "group": String(describing: event.owner), "title": event.title,
            "start": ZonedTime.formValue(event.startsAt, in: event.timeZone),
            "end": ZonedTime.formValue(event.endsAt, in: event.timeZone),
            "place": event.place?.name ?? "", "street": event.place?.street ?? "",
            "postal_code": event.place?.postalCode ?? "", "locality": event.place?.locality ?? "",
            "online": event.onlineURL.map { String(describing: $0) } ?? "",
            "capacity": event.capacity.map { String($0) } ?? "",
            "text": event.source ?? event.content.plainText(limit: PostLimits.text), "zone": event.timeZone,
        ])
    }

    /// Returns the event draft of the form.
    ///
    /// - Parameter zone: the time zone of the entered times when the form names none.
    static func draft(_ sent: Submission, zone: String? = nil) throws -> EventDraft {
        let zone = sent["zone"].isEmpty ? zone ?? sent.visit.pages.timeZone : sent["zone"]
        let start = ZonedTime.parse(sent["start"], in: zone)
        // Who states no end means an evening: the form says so.
        let end = sent["end"].isEmpty ? start.map { $0 + .hours(2) } : ZonedTime.parse(sent["end"], in: zone)
        let seats = sent["capacity"].trimmingWhitespace
        var errors: [FieldError] = []
        if ID<Account>(sent["group"]) == nil { errors.append(FieldError("group", "missing")) }
        if sent["title"].trimmingWhitespace.isEmpty { errors.append(FieldError("title", "missing")) }
        if ZonedTime.rules(zone) == nil { errors.append(FieldError("zone", "not_a_zone")) }
        if start == nil { errors.append(FieldError("start", "not_a_date")) }
        if end == nil, !sent["end"].isEmpty { errors.append(FieldError("end", "not_a_date")) }
        if !seats.isEmpty, Int(seats) == nil { errors.append(FieldError("capacity", "not_a_number")) }
        guard errors.isEmpty, let group = ID<Account>(sent["group"]), let start, let end else {
            throw ServiceError.invalid(errors)
        }
        var draft = EventDraft(group: group, title: sent["title"], startsAt: start, endsAt: end, timeZone: zone)
        draft.text = sent["text"]
        draft.place = place(sent)
        draft.online = sent["online"]
        draft.capacity = Int(seats)
        draft.language = sent.visit.t.language.rawValue
        return draft
    }

    private static func place(_ sent: Submission) -> Place? {
        let place = Place(
            name: String(sent["place"].trimmingWhitespace), street: String(sent["street"].trimmingWhitespace),
            locality: String(sent["locality"].trimmingWhitespace),
            postalCode: String(sent["postal_code"].trimmingWhitespace))
        return place.line.isEmpty ? nil : place
    }

    /// Returns the values of a copy of an event: on the same weekday of the next month that is still ahead, such as the
    /// first Thursday, at the same local time.
    private static func copy(of id: ID<Event>, _ visit: Visit) async throws -> FormState {
        let event = try await visit.database.read { db in try Events.byID(id, in: db) }
        // The loop below takes 120 steps for ten years. Older events are not copied.
        guard var event, event.visibility.isOpen, event.startsAt > visit.now - .days(3_650) else {
            throw ServiceError.notFound
        }
        // The address of the online meeting is for those who organize the event, and its guests.
        if try await !visit.services.mayChangeEvent(id, as: try visit.principal()) { event.onlineURL = nil }
        let length = event.endsAt - event.startsAt
        let day = MonthlyDay(of: event.startsAt, in: event.timeZone)
        var (start, months) = (event.startsAt, 0)
        repeat {
            months += 1
            start = day.start(after: months) ?? start + .days(28)
        } while start <= visit.now
        event.startsAt = start
        event.endsAt = start + length
        return state(of: event)
    }

    /// Returns the groups in which the person may plan events: those to which the person belongs. A moderator may plan
    /// in all local groups.
    private static func groups(of person: LocalAccount, _ visit: Visit) async throws -> [Account] {
        let groups = try await visit.database.read { db in
            person.role.mayModerate
                ? try Accounts.groups(in: db)
                : try Follows.acceptedGroups(followedBy: person.account.id, in: db)
        }
        return groups.filter { $0.isLocal && $0.username != Community.agendaGroup }
    }
}
