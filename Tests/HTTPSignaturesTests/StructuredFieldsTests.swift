// SPDX-License-Identifier: Apache-2.0

import RawStructuredFieldValues
import Testing

@testable import HTTPSignatures

@Suite("structured fields")
struct StructuredFieldsTests {
    @Test(
        "what is signed is the canonical text of the list, whatever spaces were written",
        arguments: [
            (#"a=("x")"#, #"("x")"#), (#"a=( "x"   "y" );b=1"#, #"("x" "y");b=1"#), ("a=()", "()"),
            (#"  a=("x");  created=0010;keyid="k\"\\,;=";n  "#, #"("x");created=10;keyid="k\"\\,;=";n"#),
            (#"a=("x");b=?1;c=?0;d=-0;e=tok/en:*;f=:AAAA:"#, #"("x");b;c=?0;d=0;e=tok/en:*;f=:AAAA:"#),
            (#"a=("x";q);b="~ !""#, #"("x";q);b="~ !""#),
            (#"a=("a;b,c" "%41" "\\");b="\";b=1,c""#, #"("a;b,c" "%41" "\\");b="\";b=1,c""#),
        ])
    func canonical(input: String, expected: String) throws {
        let list = try StructuredDictionary(input, most: 1).members
        let member = try #require(list.first { $0.0 == "a" }).1
        guard case .innerList(let inner) = member else {
            Issue.record("no list")
            return
        }
        #expect(try StructuredDictionary.serialize(inner) == expected)
    }

    @Test(
        "a key or a parameter that comes twice is an error, wherever it hides",
        arguments: [
            "a=1,a=1", "a,a", "a;x;x", "a=1;x=1;x=1", "a=1, b=2, a=3", "a=(1;x;x)", "a=(1);x;x", #"a=("\"";x;x)"#,
            #"a="\\";x;x"#, #"a="\",;";x;y;x"#, #"a=("," ";");x=",";x=";""#, "a=1;x , b;y;y", "a=*,a=*", "a=t%;x;x",
            "a=:AAAA:;x;x", "a=?1;x;x, b",
        ])
    func duplicates(text: String) {
        #expect(Self.failure(text) == .duplicate)
    }

    @Test(
        "what only looks like a repetition is none",
        arguments: [
            #"a="a,a;x;x""#, #"a=("x;y" "x;y");p="x;y,a=1""#, "a;x, b;x", "a=(1;x 2;x);x", #"a="\",a=1\"";x="\\""#,
            "a=b,b=a", #"a="%",b="%""#, "a1,a2,a-,a_", #"a="%;";x"#,
        ])
    func noDuplicates(text: String) {
        #expect(Self.failure(text) == nil)
    }

    @Test(
        "what is no dictionary of these fields is refused",
        arguments: [
            "", " ", ",", "a,", ",a", "a b", "A=1", "1=1", "a=", "a=(", "a=)", "a=(1", "a=(1 2", "a=(1)2", "a=(1,2)",
            "a=((1))",
            "a=\"", "a=\"\\", "a=\"\\n\"", "a=\"é\"", "a=\"\u{7F}\"", "a=\"\t\"", "a=1.5", "a=1;x=1.5", "a=(1.5)",
            "a=1.", "a=-", "a=--1", "a=1234567890123456", "a=?2", "a=?", "a=:AA", "a=:A A:", "a=:AA-_:", "a=@1",
            "a=@1767323045", "a=(1);x=@1", #"a=%"x""#, #"a=%"\";x;x""#, #"a=1;x=%"""#, "a=%x", "a;X=1", "a;=1", "a;",
            "a\n", "\ta=1", "a=1\0", "a=1;\tx", "a=;x", "a=1;x=", "é=1", "a=é",
        ])
    func malformed(text: String) {
        #expect(Self.failure(text) == .malformed)
    }

    @Test(
        "base64 has one spelling, in values and in parameters",
        arguments: ["a=:AB==:", "a=:AAA:", "a=:A:", "a=:====:", "a=(:AAB=:)", "a=1;x=:AB==:", "a=:AA=A:"])
    func base64(text: String) {
        #expect(Self.failure(text) == .base64)
    }

    @Test("there are limits to what can be listed")
    func limits() {
        #expect(Self.failure("a,b,c,d") == nil && Self.failure("a,b,c,d,e") == .tooMany)
        let items = String(repeating: "1 ", count: 64)
        #expect(Self.failure("a=(\(items))") == nil && Self.failure("a=(\(items)1)") == .malformed)
        let parameters = (0..<64).map { ";p\($0)" }.joined()
        #expect(Self.failure("a\(parameters)") == nil && Self.failure("a\(parameters);q") == .malformed)
    }

    @Test("thousands of mutilated dictionaries neither trap nor hide a repetition")
    func mutations() {
        var chance = SeededGenerator(state: 11)
        let pieces = [
            "a", "b", "=", ",", ";", "x", "\"", "\\", "(", ")", " ", "1", ".", ":", "AA==", "?1", "%", "@", "*", "-",
            "\t", "é",
            "\0", "a=1", ";x=1", "\"\\\"\"",
        ]
        var read = 0
        for _ in 0..<20_000 {
            let count = Int.random(in: 1...12, using: &chance)
            let text = (0..<count).map { _ in pieces.randomElement(using: &chance) ?? "" }.joined()
            guard let dictionary = try? StructuredDictionary(text, most: 16) else { continue }
            read += 1
            #expect(Set(dictionary.members.map { $0.0 }).count == dictionary.members.count)
            // When the text is repeated after a comma, every key occurs twice.
            #expect(Self.failure(text + "," + text, most: 32) == .duplicate, "\(text)")
        }
        #expect(read > 200)
    }

    private static func failure(_ text: String, most: Int = 4) -> StructuredDictionary.Failure? {
        do throws(StructuredDictionary.Failure) {
            _ = try StructuredDictionary(text, most: most)
            return nil
        } catch {
            return error
        }
    }
}
