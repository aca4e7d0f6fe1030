// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage

extension Services {
    /// Sends the e-mail again that tells a person who waits to be let in that the request has arrived, to another
    /// address if the first was wrong.
    ///
    /// The waiting ones alone may correct their address here: the e-mail that lets them in goes to it. A person and an
    /// address are written to three times at once, then every ten minutes.
    ///
    /// - Parameter email: the right address; nil when the known one is right.
    /// - Throws: `notAllowed` for who does not wait.
    public func resendConfirmation(as principal: Principal, email: String? = nil) async throws {
        let email = email?.trimmed
        if let email {
            var check = Check()
            check.require(!email.isEmpty, "email", "missing")
            check.require(MailAddress(email) != nil, "email", "not_an_address")
            try check.finish()
        }
        guard case .member(let person) = principal else { throw ServiceError.notAllowed }
        let known = try await database.read { db in try waiting(person, in: db) }
        guard let address = email ?? known.email else { throw ServiceError.invalid("email", "missing") }
        try letters.take("person:\(person)", at: now())
        try letters.take("address:\(address.lowercased())", at: now())
        try await storeUnique { tx in
            let local = try waiting(person, in: tx)
            if email != nil, try !LocalAccounts.setEmail(person, address, in: tx) {
                throw ServiceError.invalid("email", "taken")
            }
            try enqueue(.waiting, to: address, language: local.language, in: tx)
        }
    }

    /// A person who waits to be let in.
    private func waiting(_ person: ID<Account>, in db: some Queryable) throws -> LocalAccount {
        guard let local = try LocalAccounts.byID(person, in: db), local.approvedAt == nil, local.account.isActive else {
            throw ServiceError.notAllowed
        }
        return local
    }
}
