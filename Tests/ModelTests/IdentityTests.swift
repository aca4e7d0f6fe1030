// SPDX-License-Identifier: Apache-2.0

import Model
import Testing

@Suite("Ids")
struct IDTests {
    private let now = Timestamp(1_780_000_000_000)

    @Test("eight tasks that make ids at once never make the same one, and each sees its own grow")
    func unique() async {
        let maker = IDMaker(slot: 3)
        let made = await withTaskGroup(of: [ID<Post>].self) { group in
            for _ in 0..<8 {
                group.addTask { (0..<5_000).map { _ in maker.make(at: now) } }
            }
            return await group.reduce(into: [[ID<Post>]]()) { $0.append($1) }
        }
        #expect(Set(made.joined()).count == 40_000)
        for own in made { #expect(own == own.sorted()) }
    }

    @Test("processes on different slots never make the same id", arguments: [(0, 1), (1, 63), (5, 6)])
    func slots(one: Int, other: Int) {
        let (a, b) = (IDMaker(slot: one), IDMaker(slot: other))
        var ids: Set<ID<Post>> = []
        for step in 0..<3_000 {
            let time = now + .milliseconds(step / 1_500)
            ids.insert(a.make(at: time))
            ids.insert(b.make(at: time))
        }
        #expect(ids.count == 6_000)
    }

    @Test("a slot beyond the sixty-four wraps round and stays out of the time")
    func slotBounds() {
        let id: ID<Post> = IDMaker(slot: 64).make(at: now)
        let same: ID<Post> = IDMaker(slot: 0).make(at: now)
        #expect(id == same)
        #expect(id.rawValue >> 16 == now.milliseconds)
    }

    @Test("ids sort by time, also when the clock goes back")
    func order() {
        let maker = IDMaker()
        let first: ID<Post> = maker.make(at: now)
        let back: ID<Post> = maker.make(at: now - .hours(1))
        let later: ID<Post> = maker.make(at: now + .seconds(1))
        #expect(first < back && back < later)
        #expect(ID<Post>.first < first && later < ID<Post>.last)
    }

    @Test("ids are larger than every id that was known before, whatever the clock says and whatever slot made it")
    func known() {
        let old: ID<Post> = IDMaker(slot: 63).make(at: now)
        let maker = IDMaker(slot: 0, after: old.rawValue)
        let first: ID<Post> = maker.make(at: now - .hours(1))
        #expect(first > old)
        let newer: ID<Post> = IDMaker(slot: 63).make(at: now + .minutes(1))
        maker.advance(past: newer.rawValue)
        let second: ID<Post> = maker.make(at: now - .hours(1))
        #expect(second > newer)
        maker.advance(past: old.rawValue)
        let third: ID<Post> = maker.make(at: now)
        #expect(third > second)
        maker.move(to: 5)
        let fourth: ID<Post> = maker.make(at: now)
        #expect(fourth > third && (fourth.rawValue >> 10) & 63 == 5)
    }

    @Test("the first id of an instant is not larger than any id that is made then")
    func firstOfInstant() {
        let id: ID<Post> = IDMaker().make(at: now)
        #expect(ID<Post>.first(at: now) <= id)
        #expect(ID<Post>.first(at: now + .milliseconds(1)) > id)
        #expect(ID<Post>.first(at: Timestamp(-1)) == .first)
    }

    @Test("more ids than a millisecond has room for borrow from the next one")
    func burst() {
        let maker = IDMaker(slot: 63)
        let ids: [ID<Post>] = (0..<2_500).map { _ in maker.make(at: now) }
        #expect(ids == ids.sorted() && Set(ids).count == ids.count)
        #expect(ids.last.map { $0.rawValue >> 16 } == now.milliseconds + 2)
        #expect(ids.allSatisfy { ($0.rawValue >> 10) & 63 == 63 })
    }

    @Test(
        "an id in a URL is a positive decimal number",
        arguments: [
            ("1", 1), ("9223372036854775807", .max), ("0", nil), ("-1", nil), ("+1", nil), ("", nil), (" 1", nil),
            ("1.0", nil), ("9223372036854775808", nil), ("0x10", nil), ("١", nil),
        ] as [(String, Int64?)])
    func reading(text: String, expected: Int64?) {
        #expect(ID<Post>(text)?.rawValue == expected)
    }
}

@Suite("Handles and names")
struct HandleTests {
    @Test(
        "a handle is read in every way in which people write it",
        arguments: [
            ("ada", "ada", ""), ("@ada", "ada", ""), ("ada@Far.Example", "ada", "far.example"),
            ("@ada@far.example", "ada", "far.example"), ("acct:ada@far.example", "ada", "far.example"),
            ("ACCT:ada@far.example", "ada", "far.example"), ("!tea@far.example", "tea", "far.example"),
            ("@Ada.b-c_9@far.example:8443", "Ada.b-c_9", "far.example:8443"),
            ("@élise@far.example", "élise", "far.example"),
            ("@ada@[::1]:80", "ada", "[::1]:80"), ("ali~1@far.example", "ali~1", "far.example"),
            ("@ada@fär.example", "ada", "xn--fr-via.example"), ("@ada@FÄR.example:443", "ada", "xn--fr-via.example"),
            ("@dot.@far.example", "dot.", "far.example"), ("名前@far.example", "名前", "far.example"),
        ])
    func read(text: String, name: String, host: String) {
        let handle = Handle(text)
        #expect(handle?.name == name)
        #expect(handle?.host == host)
    }

    @Test(
        "what is no handle is refused",
        arguments: [
            "", "@", "@@far.example", "ada@", "@ada@far@example", "ada b@far.example", "ada@far example", "ada/b",
            "https://far.example/ada", "@ada@far.example/x", "ada\0", "@ada@f\u{AD}r.example", "@ada@-far.example",
            "ada@far..example",
        ])
    func refused(text: String) {
        #expect(Handle(text) == nil)
    }

    @Test("a handle is shown without a host at home and with one elsewhere; names compare without case")
    func shown() {
        #expect(Handle(name: "Ada", host: "").description == "@Ada")
        #expect(Handle(name: "Ada", host: "FAR.example").description == "@Ada@far.example")
        #expect(Handle(name: "Ada", host: "").foldedName == "ada")
    }

    @Test("a name longer than 255 bytes is none")
    func length() {
        #expect(Handle(String(repeating: "a", count: 255)) != nil)
        #expect(Handle(String(repeating: "a", count: 256)) == nil)
    }

    @Test(
        "a local name has 3 to 30 of a-z, 0-9 and _, and no reserved word",
        arguments: [
            ("ada", true), ("a_9", true), ("ad", false), (String(repeating: "a", count: 30), true),
            (String(repeating: "a", count: 31), false), ("Ada", false), ("a.b", false), ("a-b", false),
            ("élise", false), ("", false), ("admin", false), ("postmaster", false), ("ada\0", false),
        ])
    func local(name: String, isAllowed: Bool) {
        #expect(LocalName.isAllowed(name) == isAllowed)
    }

    @Test("no reserved word may be borne", arguments: LocalName.reserved.sorted())
    func reserved(name: String) {
        #expect(!LocalName.isAllowed(name))
    }

    @Test("the names of the node's own groups may be borne")
    func ownGroups() {
        #expect(LocalName.isAllowed(Community.mainGroup) && LocalName.isAllowed(Community.agendaGroup))
    }
}
