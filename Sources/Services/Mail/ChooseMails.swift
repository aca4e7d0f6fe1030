// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
internal import Storage
internal import TextEncoding
internal import Vocabulary

/// A kind of e-mail that a member may switch off, with what they decided.
public struct MailChoice: Sendable {
    /// The kind.
    public let kind: EmailKind
    /// Whether the member wants it.
    public let isWanted: Bool
}

extension Services {
    /// What a member has decided about each kind of e-mail that can be switched off.
    public func mailChoices(of person: ID<Account>) async throws -> [MailChoice] {
        let choices = try await database.read { db in try MailChoices.of(person, in: db) }
        return EmailKind.optional.map { MailChoice(kind: $0, isWanted: choices[$0.name] ?? true) }
    }

    /// Stores which kinds of e-mails the member wants. Kinds that cannot be switched off are ignored.
    ///
    /// - Parameter choices: the decisions, by the names of the kinds.
    public func chooseMails(_ choices: [String: Bool], as principal: Principal) async throws {
        try await database.write { tx in
            let person = try member(principal, in: tx).account.id
            for kind in EmailKind.optional {
                if let isWanted = choices[kind.name] { try MailChoices.set(kind.name, isWanted, of: person, in: tx) }
            }
        }
    }

    /// Switches a kind of e-mail off for the person to whom the link was sent. A second time changes nothing.
    ///
    /// - Throws: `notFound` for a link that this node has not made.
    public func switchOffMail(by link: MailSwitch) async throws {
        try await database.write { tx in
            let kind = try kind(of: link, in: tx)
            try MailChoices.set(kind.name, false, of: link.account, in: tx)
        }
    }

    /// The kind of e-mail that a link switches off.
    ///
    /// - Throws: `notFound` for a link that this node has not made.
    public func switchedKind(by link: MailSwitch) async throws -> EmailKind {
        try await database.read { db in try kind(of: link, in: db) }
    }

    private func kind(of link: MailSwitch, in db: some Queryable) throws -> EmailKind {
        guard let kind = EmailKind.named(link.kind), kind.choice != nil, let key = try MailChoices.linkKey(in: db)
        else { throw ServiceError.notFound }
        // Both are hexadecimal digests of the same length, and a wrong one tells nothing about the right one.
        let right = signature(kind, link.account, key: key)
        guard Self.areEqual(right, link.signature), try LocalAccounts.byID(link.account, in: db) != nil else {
            throw ServiceError.notFound
        }
        return kind
    }

    /// The address that switches a kind of e-mail off for a person. It needs no session and never expires.
    func switchLink(_ kind: EmailKind, _ account: ID<Account>, in tx: Transaction) throws -> String {
        let key = try MailChoices.linkKey(orStore: secrets.makeToken(), in: tx)
        let signature = signature(kind, account, key: key)
        return "\(community.origin.origin)\(MailSwitch.path)?kind=\(kind.name)&to=\(account)&key=\(signature)"
    }

    private func signature(_ kind: EmailKind, _ account: ID<Account>, key: String) -> String {
        let key = Array(key.utf8)
        let inner = secrets.digest(key + Array("mail \(kind.name) \(account)".utf8))
        return Hexadecimal.encode(secrets.digest(key + inner))
    }

    private static func areEqual(_ one: String, _ other: String) -> Bool {
        let (one, other) = (Array(one.utf8), Array(other.utf8))
        return one.count == other.count && zip(one, other).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

/// What the link in an e-mail says that switches off its kind.
public struct MailSwitch: Sendable, Hashable {
    /// The path of the link.
    public static let path = "/mail/off"

    let kind: String
    let account: ID<Account>
    let signature: String

    /// Creates the value from the parameters of the link.
    public init(kind: String, account: ID<Account>, signature: String) {
        self.kind = kind
        self.account = account
        self.signature = signature
    }
}
