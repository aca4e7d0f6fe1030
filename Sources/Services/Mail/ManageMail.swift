// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
public import Storage

extension Services {
    /// Takes an address off the list of those that get no e-mail. Stewards and the operator may do this.
    ///
    /// - Returns: whether it was on the list.
    @discardableResult
    public func allowMail(to address: String, as principal: Principal) async throws -> Bool {
        try await database.write { tx in
            try requireSteward(principal, in: tx)
            return try MailSuppressions.remove(address.trimmed, in: tx)
        }
    }

    /// Puts an address on the list of those that get no e-mail, because its owner asked for that. Stewards and the
    /// operator may do this.
    public func suppressMail(to address: String, as principal: Principal) async throws {
        guard let address = MailAddress(address.trimmed) else {
            throw ServiceError.invalid("email", "not_an_address")
        }
        try await database.write { tx in
            try requireSteward(principal, in: tx)
            try MailSuppressions.add(address.description, .steward, "", at: now(), in: tx)
        }
    }

    /// Tries an e-mail that waits or was given up once more, now. Stewards and the operator may do this.
    public func retryMail(_ id: ID<QueuedMail>, as principal: Principal) async throws {
        try await database.write { tx in
            try requireSteward(principal, in: tx)
            guard try MailQueue.retry(id, at: now(), in: tx) else { throw ServiceError.notFound }
        }
    }

    /// Deletes an e-mail that waits or was given up. Stewards and the operator may do this.
    public func dropMail(_ id: ID<QueuedMail>, as principal: Principal) async throws {
        try await database.write { tx in
            try requireSteward(principal, in: tx)
            guard try MailQueue.drop(id, in: tx) else { throw ServiceError.notFound }
        }
    }

    /// Records that an e-mail came back. Only the operator may do this: their mail server calls the command line.
    ///
    /// - Parameters:
    ///   - token: the secret in the address to which the report was sent.
    ///   - isAboutAddress: whether nothing to this address will be delivered. Then it gets no more e-mails.
    ///   - detail: what the last mail server said, on one line.
    /// - Returns: the e-mail; nil when the secret is unknown or too old.
    @discardableResult
    public func recordBounce(
        of token: String, isAboutAddress: Bool, detail: String, as principal: Principal
    ) async throws -> MailRecord? {
        try requireOperator(principal)
        return try await database.write { tx in
            guard let mail = try MailQueue.byReturnToken(token, in: tx) else { return nil }
            try MailQueue.bounce(mail.id, detail, at: now(), in: tx)
            if isAboutAddress { try MailSuppressions.add(mail.recipient, .bounced, detail, at: now(), in: tx) }
            return mail
        }
    }
}
