// SPDX-License-Identifier: Apache-2.0

import Database
import Model
import Storage
import TestSupport
import Testing
import Vocabulary

@Suite("Bindings")
struct BindingsTests {
    @Test("a stored value that fits no type is an error, not a crash", arguments: TestEngine.available)
    func malformed(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            let sql: SQL = "SELECT 'no address' AS iri, 'dragon' AS kind, CAST(NULL AS TEXT) AS absent"
            let row = try #require(try await db.read { try $0.row(sql) })
            #expect { try row.iri("iri") } throws: { isInvalid($0) }
            #expect { try row.iriOrNil("iri") } throws: { isInvalid($0) }
            #expect { try row.choice("kind", as: Account.Kind.self) } throws: { isInvalid($0) }
            #expect { try row.time("kind") } throws: { isInvalid($0) }
            #expect { try row.iri("absent") } throws: { isInvalid($0) }
            #expect(try row.iriOrNil("absent") == nil)
        }
    }

    @Test("two accounts are read from one row", arguments: TestEngine.available)
    func twoAccounts(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            let (ada, bea) = (try Someone.local(1, "ada"), try Someone.remote(2, "bea"))
            try await db.store(ada, bea)
            let sql: SQL = """
                SELECT \(AccountRow.columns(as: "x", prefix: "one_")), \(AccountRow.columns(as: "y", prefix: "two_"))
                FROM account x JOIN account y ON y.id > x.id
                """
            let row = try #require(try await db.read { try $0.row(sql) })
            #expect(try AccountRow.read(row, prefix: "one_") == ada)
            #expect(try AccountRow.read(row, prefix: "two_") == bea)
            #expect { try AccountRow.read(row, prefix: "a_") } throws: {
                ($0 as? DatabaseError)?.kind == .columnMissing
            }
        }
    }

    @Test("the ends of the range of ids and instants survive", arguments: TestEngine.available)
    func extremes(engine: TestEngine) async throws {
        try await onFreshDatabase(engine) { db in
            var account = try Someone.remote(1, "ada")
            account.suspendedAt = Timestamp(.min)
            account.deletedAt = Timestamp(.max)
            let stored = account
            try await db.store(stored)
            #expect(try await db.read { try Accounts.byID(ID(1), in: $0) } == stored)
            #expect(try await db.read { try Accounts.byID(.last, in: $0) } == nil)
        }
    }

    private func isInvalid(_ error: any Error) -> Bool {
        (error as? DatabaseError)?.kind == .invalidValue
    }
}
