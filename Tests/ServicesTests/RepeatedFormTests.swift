// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing

@Suite("A form of an event that is sent twice")
struct RepeatedFormTests {
    @Test("plans one event, and another one for another form", arguments: TestEngine.available)
    func once(_ engine: TestEngine) async throws {
        try await Cafe.open(engine) { cafe in
            let lina = try await cafe.member("lina", .steward)
            let group = try await cafe.local(Community.mainGroup)
            var draft = EventDraft(
                group: group.id, title: "Café du jeudi", startsAt: cafe.clock.now + .days(7),
                endsAt: cafe.clock.now + .days(7) + .hours(2), timeZone: "Europe/Paris")
            draft.key = "form:1"
            let first = try await cafe.services.planEvent(draft, as: .member(lina))
            let second = try await cafe.services.planEvent(draft, as: .member(lina))
            #expect(first == second)
            draft.key = "form:2"
            let other = try await cafe.services.planEvent(draft, as: .member(lina))
            #expect(other != first)
            draft.key = nil
            let without = try await cafe.services.planEvent(draft, as: .member(lina))
            let count = try await cafe.database.read { db in
                try Accounts.counts(activeSince: cafe.clock.now, halfYear: cafe.clock.now, in: db).localEvents
            }
            #expect(without != other && count == 3)
        }
    }
}
