// SPDX-License-Identifier: Apache-2.0

import Model
import Testing

@testable import WebPages

@Suite("What the pages say")
struct TextsTests {
    @Test("every language has every sentence, and none is empty", arguments: Language.allCases)
    func complete(language: Language) {
        let table = Texts.table(of: language)
        for phrase in Phrase.allCases {
            #expect(!(table[phrase] ?? "").isEmpty, "\(language) \(phrase)")
        }
    }

    @Test("the same values and the same lists stand in both languages")
    func sameValues() {
        let english = Texts.table(of: .english)
        for (phrase, french) in Texts.table(of: .french) {
            let other = english[phrase] ?? ""
            // A sentence about an account gets its name as {1} and, for French, "of" and its name as {2}.
            let isTold = "\(phrase)".hasPrefix("told")
            let values = Set(
                Self.values(in: french).map {
                    isTold && other.contains("{1}") && !other.contains("{2}") && $0 == "2" ? "1" : $0
                })
            #expect(values == Set(Self.values(in: other)), "\(phrase)")
            #expect(french.split(separator: "|").count == other.split(separator: "|").count, "\(phrase)")
        }
    }

    private static func values(in sentence: String) -> [String] {
        sentence.split(separator: "{", omittingEmptySubsequences: false).dropFirst().map {
            String($0.prefix { $0 != "}" })
        }
    }

    @Test("French keeps its thin spaces and its apostrophes, and never shouts")
    func frenchTypography() {
        for (phrase, sentence) in Texts.table(of: .french) {
            for mark in ["?", ";", ":"] { #expect(!sentence.contains(" \(mark)"), "\(phrase)") }
            #expect(!sentence.contains("'") && !sentence.contains("!"), "\(phrase)")
            #expect(!sentence.contains("..."), "\(phrase)")
        }
    }

    @Test("numbers choose their form")
    func counts() {
        let french = Texts(.french)
        let english = Texts(.english)
        #expect(french.count(.answerCount, 0) == "0 réponse")
        #expect(french.count(.answerCount, 1) == "1 réponse")
        #expect(french.count(.answerCount, 2) == "2 réponses")
        #expect(english.count(.answerCount, 0) == "0 replies")
        #expect(english.count(.aboutMembers, 0) == "An empty table for now.")
        #expect(english.count(.aboutMembers, 1) == "1 member.")
    }

    @Test("a value with braces in it is shown as it is")
    func bracesInValues() {
        #expect(Texts(.english)(.helloName, "{2} {n}") == "Hello {2} {n}")
    }

    @Test("every code that a command can answer has a sentence of its own")
    func problems() {
        for code in ["missing", "too_long", "taken", "not_a_date", "in_the_past", "before_start", "too_short"] {
            #expect(Texts.problems[code] != nil, "\(code)")
        }
        for notice in FlashMessage.allCases { #expect(Texts.flashMessages[notice] != nil, "\(notice)") }
    }

    @Test(
        "the browser's wish is understood",
        arguments: [
            ("fr-FR,fr;q=0.9,en;q=0.8", Language.french), ("en;q=0.9, fr;q=0.4", .english), ("de, en;q=0.1", .english),
            ("FR", .french), ("de", nil), ("", nil), ("fr;q=0", nil), ("frx", nil), ("*", nil),
        ])
    func preference(header: String, language: Language?) {
        #expect(Language.preferred(by: header) == language)
    }

    @Test("days and hours in words")
    func moments() {
        let now = ZonedTime.parse("2026-12-03T10:00", in: "Europe/Paris") ?? Timestamp(0)
        let french = Moments(texts: Texts(.french), zone: "Europe/Paris", now: now)
        let start = ZonedTime.parse("2026-12-05T18:30", in: "Europe/Paris") ?? Timestamp(0)
        #expect(
            french.span(start, start + .minutes(150), in: "Europe/Paris")
                == "samedi 5 décembre, de 18\u{A0}h\u{A0}30 à 21\u{A0}h")
        #expect(french.ahead(start) == "dans 2 jours")
        #expect(french.ago(now - .minutes(5)) == "il y a 5\u{A0}min")
        #expect(french.ago(now - .hours(11)) == "il y a 11\u{A0}h")
        #expect(french.ago(now - .hours(26)) == "hier")
        #expect(french.ago(now - .days(40)) == "le 24 octobre")
        #expect(
            french.day(now - .days(367)) == "dimanche 1er décembre 2025"
                || french.day(now - .days(367)).hasSuffix("2025"))
    }
}

@Suite("What the pages look like")
struct StylesTests {
    @Test("every pair of colours can be read, by day and by night", arguments: [Styles.day, Styles.night])
    func contrast(colours: [String: String]) throws {
        let pairs = [
            ("ink", "paper"), ("ink", "raised"), ("ink", "tint"), ("soft", "paper"), ("soft", "raised"),
            ("soft", "tint"), ("accent", "paper"), ("accent", "raised"), ("accent", "tint"), ("accent-deep", "paper"),
            ("on-accent", "accent"), ("on-accent", "accent-deep"), ("green", "paper"), ("green", "raised"),
            ("amber", "paper"), ("amber", "raised"), ("red", "paper"), ("red", "raised"), ("on-red", "red"),
            ("chalk", "slate"), ("dust", "slate"), ("light-green", "slate"), ("light-amber", "slate"),
        ]
        for (text, ground) in pairs {
            let ratio = try Self.ratio(colours[text], colours[ground])
            #expect(ratio >= 4.5, "\(text) on \(ground): \(ratio)")
        }
        // The borders of fields need a contrast of 3:1 (WCAG 2.2, 1.4.11).
        #expect(try Self.ratio(colours["edge"], colours["paper"]) >= 3)
        #expect(try Self.ratio(colours["edge"], colours["raised"]) >= 3)
    }

    @Test("no sheet asks another host for anything")
    func selfContained() {
        #expect(!Styles.sheet.contains("url(") && !Styles.sheet.contains("@import"))
        #expect(Styles.sheet.contains("prefers-color-scheme") && Styles.sheet.contains("prefers-reduced-motion"))
        #expect(Styles.sheet.filter { $0 == "{" }.count == Styles.sheet.filter { $0 == "}" }.count)
    }

    private static func ratio(_ a: String?, _ b: String?) throws -> Double {
        let (first, second) = (luminance(try #require(a)), luminance(try #require(b)))
        return (max(first, second) + 0.05) / (min(first, second) + 0.05)
    }

    /// The power of 2.4 would need a library. A table of the 256 levels, computed by repeated squaring, is close enough
    /// and on the safe side. Spec: WCAG 2.2, relative luminance.
    private static func luminance(_ colour: String) -> Double {
        let value = Int(colour.dropFirst(), radix: 16) ?? 0
        let channels = [value >> 16 & 255, value >> 8 & 255, value & 255].map { level -> Double in
            let part = Double(level) / 255
            guard part > 0.04045 else { return part / 12.92 }
            return power((part + 0.055) / 1.055)
        }
        return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
    }

    /// Returns x to the power of 2.4, which is x² times the fifth root of x².
    private static func power(_ x: Double) -> Double {
        let square = x * x
        var root = 1.0
        for _ in 0..<60 { root -= (root * root * root * root * root - square) / (5 * root * root * root * root) }
        return square * root
    }
}
