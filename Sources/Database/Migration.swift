// SPDX-License-Identifier: Apache-2.0

/// One numbered migration of the schema. Migrations only go forward and are never edited after a release.
public struct Migration: Sendable {
    /// The number of the migration, 1 or more. Migrations are applied in this order.
    public let number: Int
    /// A short name for people.
    public let name: String
    /// The statements for one engine, in order, each a single statement.
    public let statements: @Sendable (Engine) -> [SQL]

    /// Creates a migration that has the same statements for both engines.
    public init(_ number: Int, _ name: String, @StatementsBuilder statements: () -> [SQL]) {
        let common = statements()
        self.number = number
        self.name = name
        self.statements = { _ in common }
    }

    /// Creates a migration that has different statements for each engine.
    public init(
        _ number: Int, _ name: String, @StatementsBuilder forEach statements: @escaping @Sendable (Engine) -> [SQL]
    ) {
        self.number = number
        self.name = name
        self.statements = statements
    }

    /// A checksum of the statements for one engine (FNV-1a in hexadecimal). It detects edits; it is no protection
    /// against an attacker.
    func checksum(for engine: Engine) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for statement in statements(engine) {
            for byte in statement.rendered(for: engine).text.utf8 + [0] {
                hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
            }
        }
        return String(hash, radix: 16)
    }
}

/// Collects the statements of a migration in a list.
@resultBuilder
public enum StatementsBuilder {
    /// Takes one statement.
    public static func buildExpression(_ statement: SQL) -> [SQL] { [statement] }

    /// Takes statements that were made elsewhere.
    public static func buildExpression(_ statements: [SQL]) -> [SQL] { statements }

    /// Puts the statements in their order.
    public static func buildBlock(_ statements: [SQL]...) -> [SQL] { statements.flatMap(\.self) }

    /// Takes a loop's statements.
    public static func buildArray(_ statements: [[SQL]]) -> [SQL] { statements.flatMap(\.self) }

    /// Takes the statements of an `if` without `else`.
    public static func buildOptional(_ statements: [SQL]?) -> [SQL] { statements ?? [] }

    /// Takes the first branch.
    public static func buildEither(first statements: [SQL]) -> [SQL] { statements }

    /// Takes the second branch.
    public static func buildEither(second statements: [SQL]) -> [SQL] { statements }
}
