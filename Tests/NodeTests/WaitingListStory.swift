// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import Testing
import Vocabulary

@testable import Troquet

extension Stories {
    /// Many concurrent requests for few seats.
    @Suite("Seats")
    struct WaitingListStory {
        @Test("of thirty who ask at once for seven seats seven get one, and each is answered once", arguments: Cast.all)
        func rush(_ cast: Cast) async throws {
            try await cast.play { a, b in
                let paul = try await a.member("paul", role: .moderator)
                let group = try await a.group("jardin", founder: paul.id)
                let event = try await a.plan("Concert", in: group, seats: 7, as: paul)
                var people: [Account] = []
                for number in 1...30 { people.append(try await b.member("guest\(number)")) }
                let copy = try await b.lookUpEvent(event.iri)
                let services = try await b.services
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for person in people {
                        group.addTask { _ = try await services.joinEvent(copy.id, as: .member(person.id)) }
                    }
                    try await group.waitForAll()
                }
                try await eventually("everybody was answered") {
                    try await b.count("guest WHERE state = 'asked'") == 0
                }
                try await settle([a, b])
                for node in [a, b] {
                    #expect(try await node.count("guest WHERE state = 'going'") == 7)
                    #expect(try await node.count("guest WHERE state = 'waiting'") == 23)
                }
                #expect(try await b.received("Accept").map(\.outcome) == Array(repeating: "applied", count: 7))
                #expect(
                    try await b.received("TentativeAccept").map(\.outcome) == Array(repeating: "applied", count: 23))
                // Both nodes agree on who has a seat.
                for person in people {
                    #expect(
                        try await a.seat(of: person.iri, at: event.iri)
                            == (try await b.seat(of: person.iri, at: event.iri)))
                }
            }
        }
    }
}
