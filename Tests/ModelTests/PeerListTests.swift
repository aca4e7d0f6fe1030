// SPDX-License-Identifier: Apache-2.0

import Model
import Testing

@Suite("Lists of hosts")
struct PeerListTests {
    private func summary(_ text: String) throws -> [String] {
        try #require(PeerList(text)).entries.map { "\($0.host) \($0.policy.rawValue) \($0.note)" }
    }

    @Test("Mastodon's export is read, with a byte order mark, quotes, commas and line breaks in the reasons")
    func mastodon() throws {
        let text = """
            \u{FEFF}#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\r
            bad.example,suspend,true,true,"spam, and ""worse""\nfor years",false\r
            loud.example,silence,false,false,"",false\r
            media.example,noop,true,false,,false\r
            """
        #expect(
            try summary(text) == [
                "bad.example blocked spam, and \"worse\"\nfor years", "loud.example limited ",
            ])
        #expect(PeerList(text)?.refusals.map { "\($0.line) \($0.reason)" } == ["5 no_action"])
    }

    @Test("the lists of FediBlockHole and Oliphant are read whatever the order of their columns")
    func blockHole() throws {
        let text = """
            severity,domain,private_comment,public_comment
            suspend,a.example,ours,theirs
            limit,B.Example,,
            """
        #expect(try summary(text) == ["a.example blocked theirs", "b.example limited "])
    }

    @Test("one host a line without a head blocks each of them")
    func rapidBlock() throws {
        #expect(
            try summary("# a comment\na.example\n\n  b.example  \n") == ["a.example blocked ", "b.example blocked "])
    }

    @Test("the JSON of an instance's blocks is read")
    func json() throws {
        let text = """
            [{"domain":"a.example","digest":"00","severity":"suspend","comment":"spam"},
             {"domain":"b.example","severity":"silence"}]
            """
        #expect(try summary(text) == ["a.example blocked spam", "b.example limited "])
    }

    @Test("a host in another script, with a port or as an address has its normal form; what is none is told")
    func hosts() throws {
        let list = try #require(
            PeerList(
                "domain,severity\nBücher.example,suspend\nx.example:8443,suspend\nfoo*.example,suspend\n-,suspend\nlocalhost,suspend\n"
            ))
        #expect(list.entries.map(\.host) == ["xn--bcher-kva.example", "x.example:8443"])
        #expect(list.refusals.map(\.reason) == ["obfuscated", "not_a_host", "not_a_host"])
    }

    @Test("of two lines for one host the stricter one holds")
    func twice() throws {
        let text = "domain,severity\na.example,silence\nA.example,suspend\nb.example,suspend\nb.example,silence\n"
        #expect(try summary(text) == ["a.example blocked ", "b.example blocked "])
    }

    @Test(
        "what is no such list is refused as a whole",
        arguments: [
            "", "\n\n", "a,b,c\n1,2,3\n", "{\"domain\":\"a.example\"}", "domain,severity\n\"a.example,suspend\n",
        ])
    func refused(text: String) {
        #expect(PeerList(text) == nil)
    }

    @Test("what is exported is read again as it was")
    func export() throws {
        let entries = [
            PeerList.Entry(host: "a.example", policy: .blocked, note: "spam, \"and\" more"),
            PeerList.Entry(host: "b.example", policy: .limited, note: ""),
            PeerList.Entry(host: "c.example", policy: .allowed, note: "friends"),
        ]
        #expect(PeerList(PeerList.export(entries))?.entries == Array(entries.prefix(2)))
    }
}
