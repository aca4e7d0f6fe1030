// SPDX-License-Identifier: Apache-2.0
import HTTPSignatures
import Testing
import TextEncoding

@Suite("passwords at rest")
struct PasswordHashTests {
    @Test("a password fits its own hash and no other does", arguments: ["", "correct horse", "pässwörd 🗝", "a\0b"])
    func roundTrip(password: String) throws {
        let hash = try PasswordHash.make(password)
        #expect(hash.hasPrefix("scrypt$15$8$1$"))
        #expect(hash.split(separator: "$").count == 6)
        #expect(PasswordHash.verify(password, against: hash))
        #expect(!PasswordHash.verify(password + "x", against: hash))
    }

    @Test("the same password hashes differently each time")
    func salts() throws {
        #expect(try PasswordHash.make("one") != PasswordHash.make("one"))
    }

    @Test("scrypt is the one of RFC 7914")
    func published() {
        // RFC 7914 §12, third vector: its first 32 bytes, which do not depend on the requested length.
        let hash = "scrypt$14$8$1$U29kaXVtQ2hsb3JpZGU=$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofI="
        #expect(PasswordHash.verify("pleaseletmein", against: hash))
        #expect(!PasswordHash.verify("pleaseletmeout", against: hash))
    }

    @Test(
        "a text that is not one of our hashes fits no password, and costs nothing",
        arguments: [
            "", "scrypt", "plain", "scrypt$15$8$1$$", "scrypt$63$8$1$AAAAAAAAAAAAAAAA$AAAA", "bcrypt$15$8$1$a$b",
            "scrypt$20$8$1$Z2hvc3Qgb2YgYSBzYWx0IQ==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            "scrypt$15$999999999999999999999$1$Z2hvc3Qgb2YgYSBzYWx0IQ==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            "scrypt$-1$8$1$Z2hvc3Qgb2YgYSBzYWx0IQ==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            "scrypt$15$8$1$Z2hvc3Qgb2YgYSBzYWx0IQ==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==",
        ])
    func hostileHashes(hash: String) {
        #expect(!PasswordHash.verify("", against: hash))
    }

    @Test("the decoy costs what a new hash costs, and fits nothing")
    func decoy() throws {
        let hash = try PasswordHash.make("x").split(separator: "$")
        let decoy = PasswordHash.decoy.split(separator: "$")
        #expect(decoy.prefix(4) == hash.prefix(4))
        #expect(decoy.map(\.count).suffix(2) == hash.map(\.count).suffix(2))
        for text in decoy.suffix(2) { #expect(Base64.decode(text.utf8) != nil) }
        #expect(!PasswordHash.verify("", against: PasswordHash.decoy))
    }

    @Test("a password beyond the limit is refused before any work")
    func long() {
        let password = String(repeating: "a", count: PasswordHash.largestPasswordBytes + 1)
        #expect(throws: OpenSSLError.self) { try PasswordHash.make(password) }
        #expect(!PasswordHash.verify(password, against: PasswordHash.decoy))
    }
}
