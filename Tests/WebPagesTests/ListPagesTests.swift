// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Services
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import WebPages

@Suite("Lists of people go on to their end", .serialized)
struct ListPagesTests {
    /// Stores remote accounts and calls `relate` with each of them.
    private static func crowd(
        _ count: Int, at cafe: Cafe, _ relate: @escaping @Sendable (Account, Transaction) throws -> Void
    ) async throws {
        let ids = cafe.ids
        let now = cafe.services.clock.now
        try await cafe.services.database.write { tx in
            for number in 0..<count {
                var account = Account(
                    id: ids.make(at: now), kind: .person, username: "p\(number)", host: "far.example",
                    iri: try #require(IRI("https://far.example/users/p\(number)")), displayName: "Person \(number)",
                    createdAt: now)
                account.discoverable = true
                try Accounts.insert(account, in: tx)
                try relate(account, tx)
            }
        }
    }

    /// The people whose names the pages show, following the links to the rest of one list.
    private static func names(_ path: String, parameter: String, _ browser: Browser) async throws -> (Set<Int>, Int) {
        var (found, next, pages): (Set<Int>, String?, Int) = ([], path, 0)
        while let address = next, pages < 20 {
            let page = try await browser.get(address).text
            for part in page.split(separator: "Person ").dropFirst() {
                if let number = Int(part.prefix { $0.isNumber }) { found.insert(number) }
            }
            next = page.split(separator: "href=\"").map { String($0.prefix { $0 != "\"" }) }
                .first { $0.contains("\(parameter)=") && $0.contains("#") && $0.hasPrefix("/") }?
                .split(separator: "#").first.map(String.init)?.replacing("&amp;", with: "&")
            pages += 1
        }
        return (found, pages)
    }

    @Test("the guests of an event, for its organizer and for everybody")
    func guests() async throws {
        let cafe = try await Cafe.furnished()
        let event = cafe.event
        let ids = cafe.ids
        try await Self.crowd(210, at: cafe) { account, tx in
            let guest = Guest(
                account: account.id, event: event, state: .going, join: account.iri, requestedAt: Timestamp(1))
            let rank: ID<Guest> = ids.make(at: Timestamp(1))
            try GuestLists.set(guest, rank: rank.rawValue, in: tx)
        }
        try await cafe.serve { browser in
            #expect(try await browser.get("/events/\(event)").text.contains("/events/\(event)/guests"))
            let open = try await Self.names("/events/\(event)/guests", parameter: "going", browser)
            #expect(open.0.count == 210 && open.1 == 4)
            try await browser.signIn("lina")
            let managed = try await Self.names("/events/\(event)/manage", parameter: "going", browser)
            #expect(managed.0.count == 210 && managed.1 == 2)
            let printed = try await browser.get("/events/\(event)/manage?view=print").text
            #expect(printed.contains("Person 209"))
        }
    }

    @Test("the requests to follow a person")
    func requests() async throws {
        let cafe = try await Cafe.furnished()
        let lina = cafe.lina
        try await Self.crowd(120, at: cafe) { account, tx in
            _ = try Follows.request(by: account.id, of: lina, activity: account.iri, at: Timestamp(1), in: tx)
        }
        try await cafe.serve { browser in
            try await browser.signIn("lina")
            let (names, pages) = try await Self.names("/networks", parameter: "requests", browser)
            #expect(names.count == 120 && pages == 3)
            #expect(try await browser.get("/networks").text.contains("120 personnes attendent"))
        }
    }

    @Test("the requests to enter a group, on the page of the group and on that of the moderators")
    func groupRequests() async throws {
        let cafe = try await Cafe.furnished()
        let group = try #require(
            try await cafe.services.database.write { tx in
                let group = try Accounts.byHandle(Handle(name: Community.mainGroup, host: ""), in: tx)
                if let group { try tx.run("UPDATE account SET approves_followers = \(true) WHERE id = \(group.id)") }
                return group
            })
        try await Self.crowd(120, at: cafe) { account, tx in
            _ = try Follows.request(by: account.id, of: group.id, activity: account.iri, at: Timestamp(1), in: tx)
        }
        try await cafe.serve { browser in
            try await browser.signIn("lina")
            let path = "/groups/\(Community.mainGroup)"
            let (names, pages) = try await Self.names(path, parameter: "requests", browser)
            #expect(names.count == 120 && pages == 3)
            #expect(try await browser.get(path).text.contains("120 personnes attendent"))
            let (all, steps) = try await Self.names("/moderation", parameter: "requests", browser)
            #expect(all.count == 120 && steps == 3)
            #expect(try await browser.get("/moderation").text.contains("120 personnes attendent"))
        }
    }

    @Test("hosts that take nothing stand on the moderation page, with a button to try again")
    func silentHosts() async throws {
        let cafe = try await Cafe.furnished()
        let now = cafe.services.clock.now
        try await cafe.services.database.write { tx in
            for number in 0..<60 {
                try Peers.failed("h\(number).example", at: now, restUntil: now + .hours(1), in: tx)
            }
        }
        try await cafe.serve { browser in
            try await browser.signIn("lina")
            let page = try await browser.get("/moderation").text
            #expect(page.contains("ne prend plus rien depuis le"))
            #expect(page.contains("/moderation?silent="))
            let sent = try await browser.post("/moderation/retry", ["host": "h1.example"], from: "/moderation")
            #expect(sent.header("location") == "/moderation?done=retried#silent")
            let peer = try await cafe.services.database.read { db in try Peers.state(of: "h1.example", in: db) }
            #expect(peer?.restUntil == Timestamp(0))
        }
    }
}
