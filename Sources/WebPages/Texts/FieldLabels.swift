// SPDX-License-Identifier: Apache-2.0

extension Texts {
    /// Returns the label of a field, for the list of errors above a form; nil for an error of the whole form.
    func label(of field: String) -> String? {
        Self.fieldLabels[field].map { self($0) }
    }

    /// The labels by the names of the fields. A name that several forms use has the label that fits them all.
    private static let fieldLabels: [String: Phrase] = [
        "title": .postTitle, "text": .postText, "start": .eventStart, "end": .eventEnd, "zone": .eventZone,
        "place": .eventPlace, "online": .eventOnline, "capacity": .eventSeats, "display_name": .displayName,
        "email": .email, "password": .password, "current": .currentPassword, "note": .signUpNote,
        "invitation": .invitation, "host": .host, "handle": .handleField, "address": .openField,
        "summary": .aboutYou, "poll": .addPoll, "tagline": .houseTagline,
        "rules": .houseRules, "about": .houseAbout, "welcome": .houseWelcome, "member": .houseMember,
        "role": .houseRole,
        "registration": .houseRegistration, "comment": .reportComment,
    ]
}
