// SPDX-License-Identifier: Apache-2.0

import CivilDates
import Markup
import Model
import Vocabulary

// The documents of this node are made once, in a neutral form that every known server can read, and stored in this
// form. Families of servers show some of them badly, or refuse them. This file, and no other, knows how a discussion
// and an event look for each family. It changes documents of this node only; what another node wrote is relayed as it
// is. `PeerFamily` in Model says which software belongs to which family, and what each family needs.

/// Renders a document of this node for a family of servers. Pure.
struct PeerRendition {
    /// The family of the receiver.
    let family: PeerFamily
    /// The ids of local objects.
    let identifiers: LocalIdentifiers
    /// The event that the document is about; nil when it is about none.
    var event: EventFacts?

    /// What the rendering of an event needs and an activity about it does not contain.
    struct EventFacts: Sendable {
        /// The neutral document.
        var document: JSON.Object
        /// The person who speaks for the event where groups cannot own one.
        var organizer: IRI?
    }

    /// The local event that a document is about, when its rendering needs more than the document.
    static func event(in document: JSON.Object, _ identifiers: LocalIdentifiers) -> IRI? {
        let object = document["object"]
        let id = object?.string.flatMap(IRI.init) ?? object?["id"]?.string.flatMap(IRI.init)
        let own = document["type"]?.string == "Event" ? document["id"]?.string.flatMap(IRI.init) : nil
        guard let iri = own ?? id, case .event? = identifiers.parse(iri) else { return nil }
        return iri
    }

    /// Whether some family gets the document in another form than the neutral one.
    static func dependsOnFamily(_ document: JSON.Object) -> Bool {
        switch document["type"]?.string {
        case "Announce": return true
        case "Undo": return document["object"]?["type"]?.string == "Announce"
        case "Create", "Update": return document["object"]?.object.map(dependsOnFamily) ?? false
        case "Event": return true
        case "Note", "Question": return document["inReplyTo"] == nil || !unmentioned(in: document).isEmpty
        default: return false
        }
    }

    // MARK: - Activities

    /// The activity in the form for the family.
    ///
    /// - Returns: nil when the family is known to refuse it in every form.
    func activity(_ activity: JSON.Object) -> JSON.Object? {
        switch activity["type"]?.string {
        case "Announce": return announce(activity)
        case "Undo":
            let undone = activity["object"]
            guard undone?["type"]?.string == "Announce", isGroup(activity) else { return activity }
            return undone?["object"]?.string != nil && family.refusesBoostsOfGroups ? nil : activity
        case "Create", "Update":
            guard let object = activity["object"]?.object else { return activity }
            if object["type"]?.string == "Event", family.needsEventsOfPeople, isGroup(activity) {
                return relayed(activity, as: activity["type"]?.string ?? "Create", object)
            }
            var rendered = activity
            rendered["object"] = .object(self.object(object))
            return rendered
        default: return activity
        }
    }

    private func announce(_ activity: JSON.Object) -> JSON.Object? {
        guard let inner = activity["object"]?.object else {
            guard isGroup(activity), family.refusesBoostsOfGroups else { return activity }
            // The community agenda boosts the events of other groups. Followers of the agenda alone get the event too.
            return event.flatMap { relayed(activity, as: "Create", $0.document) }
        }
        if family.refusesRelayedActivities { return nil }
        guard let id = inner["id"]?.string.flatMap(IRI.init), identifiers.isLocal(id) else { return activity }
        guard let rendered = self.activity(inner) else { return nil }
        var whole = activity
        whole["object"] = .object(rendered)
        return whole
    }

    private func isGroup(_ activity: JSON.Object) -> Bool {
        guard let actor = activity["actor"]?.string.flatMap(IRI.init) else { return false }
        guard case .group? = identifiers.parse(actor) else { return false }
        return true
    }

    /// An event as a group relays it for a person: the activity of the person inside the group's `Announce`.
    ///
    /// - Returns: nil when nobody speaks for the event.
    private func relayed(_ activity: JSON.Object, as type: String, _ object: JSON.Object) -> JSON.Object? {
        guard let organizer = event?.organizer, let group = activity["actor"],
            let id = activity["id"]?.string.flatMap(IRI.init)
        else { return nil }
        let people: [JSON] = [JSON(IRI.asPublic), group]
        var event = self.object(object)
        event["attributedTo"] = JSON(organizer)
        event["to"] = .array(people)
        event["audience"] = group
        var inner: JSON.Object = [
            "id": JSON(id.withFragment(type.lowercased())), "type": JSON(type), "actor": JSON(organizer),
            "to": .array(people),
        ]
        for key in ["published", "cc"] { inner[key] = activity[key] }
        inner["audience"] = group
        inner["object"] = .object(event)
        var whole = activity
        whole["type"] = "Announce"
        whole["to"] = .array([JSON(IRI.asPublic)])
        whole["object"] = .object(inner)
        // The terms of an event are needed now, also where the activity only named it.
        if whole["@context"] != nil { whole["@context"] = Contexts.full }
        return whole
    }

    // MARK: - Objects

    /// A post or an event in the form for the family.
    func object(_ object: JSON.Object) -> JSON.Object {
        guard let id = object["id"]?.string.flatMap(IRI.init), identifiers.isLocal(id) else { return object }
        switch object["type"]?.string {
        case "Event": return event(object)
        case "Note", "Question": return discussion(object)
        default: return object
        }
    }

    /// The people of other servers to whom a post is addressed and whom it does not mention.
    private static func unmentioned(in object: JSON.Object) -> [IRI] {
        let document = Document(object)
        let mentions = document.documents("tag").filter { $0.types.contains("Mention") }
        let mentioned = Set(mentions.compactMap { $0.iri("href") })
        let audience = Audience(of: document)
        return (audience.to + audience.cc).filter { iri in
            iri != .asPublic && !audience.audience.contains(iri) && !mentioned.contains(iri)
                && document.id.map { !iri.isSameOrigin(as: $0) } ?? false
        }
    }

    /// Mentions everybody to whom a post is addressed.
    private static func mentioning(_ object: JSON.Object) -> JSON.Object {
        let mentions = unmentioned(in: object).map { iri -> JSON in ["type": "Mention", "href": JSON(iri)] }
        guard !mentions.isEmpty else { return object }
        var object = object
        object["tag"] = .array((object["tag"]?.array ?? []) + mentions)
        return object
    }

    private func discussion(_ object: JSON.Object) -> JSON.Object {
        let object = family.needsMentions ? Self.mentioning(object) : object
        guard object["inReplyTo"] == nil else { return object }
        return titled(object)
    }

    private func titled(_ object: JSON.Object) -> JSON.Object {
        var object = object
        if let title = object["name"]?.string {
            if family.isHarmedByTitles { object["name"] = nil }
            if family.hasTitles {
                mapContent(of: &object) { content in
                    let rest = Self.withoutParagraph(of: title, in: content)
                    return rest.isEmpty ? content : rest
                }
            }
        } else if family.needsTitles, Audience(of: Document(object)).all.contains(.asPublic),
            let title = Self.title(of: object)
        {
            object["name"] = JSON(title)
        }
        return object
    }

    private func event(_ object: JSON.Object) -> JSON.Object {
        var object = object
        if family.warnsWithSummary {
            let lead = Self.lead(of: object)
            object["summary"] = nil
            if family.isHarmedByTitlesOfEvents { object["name"] = nil }
            mapContent(of: &object) { lead + $0 }
        }
        if family.needsEventsOfPeople {
            for key in ["startTime", "endTime", "previousStartTime"] {
                guard let instant = object[key]?.string.flatMap(Dates.parse) else { continue }
                object[key] = JSON(Dates.iso(instant))
            }
        }
        return object
    }

    /// Changes the content in each of its languages.
    private func mapContent(of object: inout JSON.Object, _ change: (String) -> String) {
        if let content = object["content"]?.string { object["content"] = JSON(change(content)) }
        guard var map = object["contentMap"]?.object else { return }
        for (language, content) in map { map[language] = content.string.map { JSON(change($0)) } ?? content }
        object["contentMap"] = .object(map)
    }

    // MARK: - Texts

    /// The paragraph with which a post begins whose title is not read from `name`.
    static func paragraph(of title: String) -> String { "<p><strong>\(PlainText.escaped(title))</strong></p>" }

    /// The content without its title. Only the link to a quoted post may stand before it.
    private static func withoutParagraph(of title: String, in content: String) -> String {
        let paragraph = paragraph(of: title)
        guard let place = content.firstRange(of: paragraph) else { return content }
        let before = content[..<place.lowerBound]
        guard before.isEmpty || (before.hasPrefix("<p class=\"quote-inline\">") && before.hasSuffix("</p>")) else {
            return content
        }
        return String(before + content[place.upperBound...])
    }

    /// A title for a discussion without one: its first words, without the mentions before them and without the mention
    /// of its group.
    ///
    /// - Returns: nil when there are no words.
    static func title(of object: JSON.Object) -> String? {
        let document = Document(object)
        let text =
            object["source"]?["content"]?.string
            ?? Excerpt.plainText(of: Sanitizer.sanitize(object["content"]?.string ?? ""), limit: 500)
        let mentions = document.documents("tag").filter { $0.types.contains("Mention") }
        let group = document.iri("audience")
        let all = Set(mentions.flatMap(spellings))
        let groups = Set(mentions.filter { $0.iri("href") == group }.flatMap(spellings))
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split(whereSeparator: \.isWhitespace)
                .drop { all.contains(bare($0)) }
                .filter { !groups.contains(bare($0)) }
            let title = PlainText.line(words.joined(separator: " "), limit: FieldLimits.title)
            if !title.isEmpty { return shortened(title) }
        }
        return document.documents("attachment").lazy.compactMap { $0.nonEmptyString("name") }.first.map {
            shortened(PlainText.line($0, limit: FieldLimits.title))
        }
    }

    /// The ways in which an account is mentioned in a text.
    private static func spellings(_ mention: Document) -> [String] {
        guard let name = mention.nonEmptyString("name")?.lowercased() else { return [] }
        return [name, "@" + (name.drop { $0 == "@" }.prefix { $0 != "@" })]
    }

    private static func bare(_ word: Substring) -> String {
        var word = word
        while let last = word.last, ",:;.!?".contains(last) { word.removeLast() }
        return word.lowercased()
    }

    private static func shortened(_ title: String, to limit: Int = 100) -> String {
        guard title.count > limit else { return title }
        let head = title.prefix(limit)
        let words = head.lastIndex(of: " ").map { head[..<$0] } ?? head
        return words + "…"
    }

    /// What microblogs need before the text of an event: its facts, the link, and how to come.
    private static func lead(of object: JSON.Object) -> String {
        let texts = EventTexts(language: object["inLanguage"]?.string ?? "")
        let isOpen = object["status"]?.string == "CONFIRMED"
        let address =
            [object["externalParticipationUrl"], object["url"], object["id"]].lazy.compactMap { $0?.string }
            .first ?? ""
        let link = "<a href=\"\(PlainText.escaped(address))\">\(texts.invitation(isOpen: isOpen))</a>"
        let facts = object["summary"]?.string ?? PlainText.escaped(object["name"]?.string ?? "")
        let isHere = isOpen && object["externalParticipationUrl"]?.string == nil
        return "<p>\(facts) · \(link)</p>" + (isHere ? "<p>\(PlainText.escaped(texts.howToCome))</p>" : "")
    }
}
