// SPDX-License-Identifier: Apache-2.0

import Testing
import Vocabulary

/// Parses a document from the text of a test.
func document(_ text: String) throws -> Document {
    try #require(Document(try JSON.parse(text)))
}

@Suite("Document")
struct DocumentTests {
    @Test(
        "an identifier reads from every shape",
        arguments: [
            #""https://a.test/1""#, #"["https://a.test/1"]"#, #"{"id":"https://a.test/1"}"#,
            #"{"@id":"https://a.test/1"}"#,
            #"[{"type":"Person","id":"https://a.test/1"},"https://a.test/2"]"#,
            #"{"type":"Link","href":"https://a.test/1"}"#,
            #"[null,7,"nonsense","https://a.test/1"]"#,
        ])
    func iris(shape: String) throws {
        let read = try document("{\"actor\":\(shape)}")
        #expect(read.iri("actor")?.string == "https://a.test/1")
        #expect(read.iris("actor").first?.string == "https://a.test/1")
        #expect(try read.requireIRI("actor").string == "https://a.test/1")
    }

    @Test(
        "junk is no identifier",
        arguments: [
            "null", "true", "7", "1e999", #""""#, #""{foo:""#, "[]", "{}", #""ftp://a.test/""#, #"{"id":{"id":1}}"#,
        ])
    func noIRI(shape: String) throws {
        let read = try document("{\"inbox\":\(shape)}")
        #expect(read.iri("inbox") == nil)
        #expect(read.iris("inbox").isEmpty)
        #expect(throws: VocabularyError(path: "inbox", expected: "IRI")) { try read.requireIRI("inbox") }
    }

    @Test("an identifier that stands twice counts once")
    func repeated() throws {
        #expect(try document(#"{"to":["https://a.test/1","https://A.test/1"]}"#).iris("to").count == 1)
    }

    @Test(
        "a text reads from every shape",
        arguments: [
            #"{"content":"x"}"#, #"{"content":["x","y"]}"#, #"{"content":null,"contentMap":{"fr":"x","en":"y"}}"#,
            #"{"contentMap":{"en":["x"]}}"#, #"{"content":{"@value":"x","@language":"en"}}"#, #"{"content":"x\u0000"}"#,
            #"{"content":{"en":"x","de":"y"}}"#, #"{"content":"","contentMap":{"de":"x"}}"#,
            #"{"contentMap":[{"en":"x"}]}"#, #"{"contentMap":[{"@language":"en","@value":"x"}]}"#,
            #"{"content":[{"@language":"en","@value":"x"},"y"]}"#, #"{"content":{"de":"","en":"x"}}"#,
            #"{"content":{"und":"x"}}"#, #"{"content":{"@none":["x"]}}"#,
        ])
    func texts(text: String) throws {
        #expect(try document(text).string("content") == "x")
    }

    @Test(
        "the language is the one under which the shown text stands",
        arguments: [
            (#"{"content":"y","contentMap":{"en":"x","fr":"y"}}"#, "fr"), (#"{"content":{"de":"x"}}"#, "de"),
            (#"{"content":{"@value":"x","@language":"nl"}}"#, "nl"), (#"{"contentMap":{"en":"x"}}"#, "en"),
            (#"{"content":"x","contentMap":[{"it":"x"}]}"#, "it"), (#"{"name":"x","nameMap":{"es":"x"}}"#, "es"),
            (#"{"content":{"und":"x"},"language":"pt"}"#, "pt"), (#"{"content":"x"}"#, nil),
        ] as [(String, String?)])
    func languages(text: String, expected: String?) throws {
        #expect(try document(text).language == expected)
    }

    @Test("an object with other keys is no language map")
    func noMap() throws {
        #expect(try document(#"{"content":{"type":"Note","value":"x","a/b":"x"}}"#).string("content") != "x/")
        #expect(try document(#"{"content":{"a b":"x","@id":"x","x":"y"}}"#).string("content") == nil)
    }

    @Test(
        "a vote is a name and a parent without words, whatever stands in the text",
        arguments: [
            (#""content":"<br>""#, true), (#""content":"<p>&nbsp; <br/></p>""#, true), (#""content":null"#, true),
            (#""content":"<p>Yes</p>""#, false), (#""content":"<p><img src='x'></p>""#, false),
            (#""content":"","source":{"content":"Yes"}"#, false), (#""content":"<""#, false),
            (#""content":"","attachment":[{"type":"Image","url":"https://a.test/1.png"}]"#, false),
        ])
    func votes(member: String, isVote: Bool) throws {
        let note = try NoteDocument(
            document(#"{"id":"https://a.test/1","type":"Note","name":"Yes","inReplyTo":"https://b.test/1",\#(member)}"#)
        )
        #expect(note.isVote == isVote)
    }

    @Test(
        "the media type without a profile is told apart",
        arguments: [
            ("application/ld+json", true), ("Application/LD+JSON; charset=utf-8", true),
            ("application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"", false),
            ("application/activity+json", false), ("application/json", false), ("", false),
        ])
    func withoutProfile(type: String, isIt: Bool) {
        #expect(ActivityMediaType.isLinkedDataWithoutProfile(type) == isIt)
    }

    @Test("the files of a film are found among its addresses, also below a playlist")
    func files() throws {
        let film = try NoteDocument(
            document(
                #"""
                {"id":"https://a.test/1","type":"Video","url":[
                    {"type":"Link","mediaType":"text/html","href":"https://a.test/w"},
                    {"type":"Link","mediaType":"application/x-mpegURL","href":"https://a.test/m.m3u8","tag":[
                        {"type":"Link","mediaType":"video/mp4","href":"https://a.test/720.mp4","height":720}]},
                    {"type":"Link","mimeType":"video/mp4","href":"https://a.test/1080.mp4","height":1080}]}
                """#))
        #expect(film.files.map(\.url.path) == ["/1080.mp4", "/720.mp4"])
        let picture = try NoteDocument(document(#"{"id":"https://a.test/2","type":"Image","url":"https://a.test/p"}"#))
        #expect(picture.files.count == 1)
        let note = try NoteDocument(document(#"{"id":"https://a.test/3","type":"Note","url":"https://a.test/p"}"#))
        #expect(note.files.isEmpty)
    }

    @Test(
        "a number, a list of lists or an object is no text", arguments: ["1", "true", "[[\"x\"]]", "{}", "[]", "null"])
    func noText(shape: String) throws {
        #expect(try document("{\"name\":\(shape)}").string("name") == nil)
    }

    @Test("types lose the prefix and keep their order")
    func types() throws {
        #expect(try document(#"{"type":["as:Note","Hashtag"]}"#).types == ["Note", "Hashtag"])
        #expect(try document(#"{"@type":"Person"}"#).type == "Person")
        #expect(try document(#"{"type":{"a":1}}"#).types.isEmpty)
    }

    @Test("there is one canonical identifier")
    func canonicalID() throws {
        let both = try document(#"{"id":"https://a.test/1","@id":"https://b.test/2"}"#)
        #expect(both.id?.string == "https://a.test/1")
        #expect(try document(#"{"id":null,"@id":"https://b.test/2"}"#).id == nil)
        #expect(try document(#"{"@id":"https://b.test/2"}"#).id?.string == "https://b.test/2")
    }

    @Test("whole numbers, fractions and truth read tolerantly")
    func scalars() throws {
        let read = try document(#"{"a":12.0,"b":"12","c":1.5,"d":1e400,"e":"x","f":[true],"g":"true","h":"52.5"}"#)
        #expect(read.integer("a") == 12 && read.integer("b") == 12)
        #expect(read.integer("c") == nil && read.double("c") == 1.5)
        #expect(read.integer("d") == nil && read.double("d") == nil && read.integer("e") == nil)
        #expect(read.bool("f") == true && read.bool("g") == nil)
        #expect(read.double("h") == 52.5)
    }

    @Test("references keep what is embedded")
    func references() throws {
        let read = try document(
            """
            {"object":["https://a.test/1",{"id":"https://a.test/2"},\
            {"type":"Note","id":"https://a.test/3"},{"type":"Note"},7]}
            """
        )
        let references = read.references("object")
        #expect(references.map(\.id?.string) == ["https://a.test/1", "https://a.test/2", "https://a.test/3", nil])
        #expect(references.map { $0.document != nil } == [false, false, true, true])
        #expect(read.reference("object") == references.first)
        #expect(read.documents("object").count == 3)
    }

    @Test(
        "a keyword that rewrites the document is found at any depth",
        arguments: ["@graph", "@included", "@reverse", "@nest"], [1, 5, 50])
    func graphKeywords(keyword: String, depth: Int) throws {
        let open = String(repeating: "{\"a\":[", count: depth / 2)
        let close = String(repeating: "]}", count: depth / 2)
        #expect(try document("{\"x\":\(open){\"\(keyword)\":[]}\(close)}").usesGraphKeywords)
        #expect(try document("{\"x\":\(open){\"graph\":\"\(keyword)\"}\(close)}").usesGraphKeywords == false)
    }

    @Test(
        "a document belongs to one family",
        arguments: [
            (["Person"], .actor), (["Note"], .post), (["Event"], .event), (["Follow"], .activity),
            (["OrderedCollectionPage"], .collection), (["Tombstone"], .tombstone),
            (["Person", "Tombstone"], .tombstone),
            (["Note", "Person"], .other), (["Bite", "Activity"], .activity), (["farm:Plant", "Create"], .activity),
            ([], .other),
            (["Thing"], .other), (["Note", "Article"], .post),
        ] as [([String], Family)])
    func families(types: [String], family: Family) throws {
        #expect(Document(["type": JSON(types)]).family == family)
    }

    @Test("a language is a tag or nothing")
    func language() throws {
        #expect(try document(#"{"contentMap":{"fr-CA":"x"}}"#).language == "fr-CA")
        #expect(try document(#"{"language":{"identifier":"de","name":"Deutsch"}}"#).language == "de")
        #expect(try document(#"{"contentMap":{"und":"x"},"inLanguage":"en"}"#).language == "en")
        #expect(try document(#"{"contentMap":{"<script>":"x"}}"#).language == nil)
    }

    @Test("of several links the one for people is taken")
    func pageLink() throws {
        let text = """
            {"url":[{"type":"Link","mediaType":"application/x-mpegURL","href":"https://v.test/1.m3u8"},\
            {"type":"Link","mediaType":"text/html","href":"https://v.test/w/1"}]}
            """
        #expect(try document(text).pageLink("url")?.string == "https://v.test/w/1")
        #expect(try document(#"{"url":{"type":"Link","href":"https://v.test/x"}}"#).pageLink("url")?.path == "/x")
    }
}

@Suite("Audience")
struct AudienceTests {
    @Test(
        "Public is found in its three spellings and in every shape",
        arguments: [
            #""https://www.w3.org/ns/activitystreams#Public""#, #""as:Public""#, #""Public""#, #"["as:Public"]"#,
            #"{"id":"https://www.w3.org/ns/activitystreams#Public"}"#, #"["https://a.test/1","Public"]"#,
        ])
    func publicSpellings(shape: String) throws {
        #expect(Audience(of: try document("{\"to\":\(shape)}")).isPublic)
        let quiet = Audience(of: try document("{\"cc\":\(shape)}"))
        #expect(quiet.isUnlisted && quiet.isPublic == false)
    }

    @Test(
        "what only looks like Public is not",
        arguments: ["public", "as:public", "https://a.test/ns/activitystreams#Public"])
    func notPublic(text: String) throws {
        let audience = Audience(of: Document(["to": JSON(text)]))
        #expect(audience.isPublic == false && audience.isUnlisted == false)
    }

    @Test("bto and bcc are kept apart and Public is no recipient")
    func hidden() throws {
        let audience = Audience(
            of: try document(
                """
                {"to":"as:Public","cc":["https://a.test/1",null],"bto":"https://a.test/2",\
                "bcc":["https://a.test/2","https://a.test/3"],"audience":{"type":"Group","id":"https://a.test/g"}}
                """))
        #expect(audience.hidden.map(\.path) == ["/2", "/3"])
        #expect(audience.recipients.map(\.path) == ["/1", "/g", "/2", "/3"])
        #expect(audience.all.count == 5)
        #expect(audience.audience.map(\.path) == ["/g"])
    }

    @Test("two audiences merge without repeats")
    func merging() throws {
        let iri = try #require(IRI("https://a.test/1"))
        let merged = Audience(to: [.asPublic], cc: [iri]).merging(Audience(to: [iri, .asPublic], audience: [iri]))
        #expect(merged.to == [.asPublic, iri] && merged.cc == [iri] && merged.audience == [iri])
    }
}
