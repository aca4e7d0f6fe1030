// SPDX-License-Identifier: Apache-2.0

public import Calendar
public import Model

extension CalendarEvent {
    /// Describes an event of the community for calendar programs.
    ///
    /// - Parameters:
    ///   - owner: the group or person that owns the event.
    ///   - text: the description as plain text.
    ///   - page: the address of the event's page here.
    ///   - online: the word for an event without a place.
    ///   - meetOnline: the words before the address of the online meeting.
    public init(
        _ event: Event, owner: Account, text: String, page: String, online: String, meetOnline: String
    ) {
        self.init(
            uid: event.uuid.isEmpty ? String(describing: event.iri) : event.uuid, summary: event.title,
            startMillis: event.startsAt.milliseconds, timeZone: event.timeZone,
            stampMillis: event.updatedAt.milliseconds)
        endMillis = event.showsEnd ? event.endsAt.milliseconds : nil
        isAllDay = event.isAllDay
        categories = [event.category].compactMap { $0 } + event.hashtags
        sequence = event.sequence
        createdMillis = event.publishedAt.milliseconds
        modifiedMillis = event.updatedAt.milliseconds
        description = text
        let address = event.onlineURL.map { String(describing: $0) }
        location = event.place?.line ?? address ?? (event.isOnline ? online : nil)
        if event.place != nil, let address { description = "\(meetOnline) \(address)\n\n\(text)" }
        position = event.place?.coordinates.map { .init(latitude: $0.latitude, longitude: $0.longitude) }
        url = page
        status =
            switch event.status {
            case .scheduled, .rescheduled: .confirmed
            case .postponed, .tentative: .tentative
            case .cancelled: .cancelled
            }
        organizer = .init(name: owner.shownName, uri: String(describing: owner.url ?? owner.iri))
    }
}
