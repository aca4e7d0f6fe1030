// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite("Reading Swift source")
struct SwiftCodeTests {
    @Test(
        "comments and the insides of literals are no code",
        arguments: [
            ("a // b", "a "), ("a /* b /* c */ d */ e", "a  e"), ("f(\"// no\")", "f(\"\")"),
            ("\"a\\\"b\" c", "\"\" c"), ("#\"a\"b\"# c", "\"\" c"), ("\"\\(f(\"x\") + 1)\" c", "\"\" c"),
            ("\"\"\"\na \"b\" c\n\"\"\" d", "\"\"\n\n d"), ("/*\n*/ a", "\n a"), ("#if os(Linux)", "#if os(Linux)"),
            ("\"open", "\"\""), ("/* open", ""), ("\"\\(open", "\"\""), ("\"\"", "\"\""),
        ])
    func code(source: String, expected: String) {
        #expect(SwiftCode.lines(of: source).joined(separator: "\n") == expected)
    }

    @Test(
        "every spelling of an import is found",
        arguments: [
            ("import A", ["A"]), ("public import A", ["A"]), ("@testable import A", ["A"]),
            ("@preconcurrency internal import A", ["A"]), ("import struct A.B", ["A"]), ("    import A.B", ["A"]),
            ("// import A", []), ("\"import A\"", []), ("important A", []), ("let import1 = 1", []),
            ("import A\nfileprivate import B", ["A", "B"]),
        ] as [(String, Set<String>)])
    func imports(source: String, expected: Set<String>) {
        #expect(SwiftCode.imports(in: SwiftCode.lines(of: source)) == expected)
    }
}
