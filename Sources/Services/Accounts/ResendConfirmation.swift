// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Model
internal import Storage

extension Services {
    /// Sends the confirmation e-mail again to a person who waits for approval, and corrects their address if it was
    /// wrong.
    ///
    /// Only people who wait for approval may correct their address here, because the e-mail about the approval goes to
    /// it. The rate limit counts each person and each address: three e-mails at once, then one every ten minutes.
    ///
    /// - Parameter email: the corrected address; nil when the stored one is right.
    /// - Throws: `notAllowed` for everybody who does not wait for approval.
    public func resendConfirmation(as principal: Principal, email: String? = nil) async throws {
        let email = email.map { MailAddress.canonical($0.trimmed) }
        if let email {
            var check = Check()
            check.require(!email.isEmpty, "email", "missing")
            check.require(MailAddress(email) != nil, "email", "not_an_address")
            try check.finish()
        }
        guard case .member(let person) = principal else { throw ServiceError.notAllowed }
        let known = try await database.read { db in try waiting(person, in: db) }
        guard let address = email ?? known.email else { throw ServiceError.invalid("email", "missing") }
        try confirmations.take("person:\(person)", at: now())
        try confirmations.take("address:\(address.lowercased())", at: now())
        try await storeUnique { tx in
            let local = try waiting(person, in: tx)
            if email != nil, try !LocalAccounts.setEmail(person, address, in: tx) {
                throw ServiceError.invalid("email", "taken")
            }
            try enqueue(WaitingEmail(), to: address, of: person, language: local.language, in: tx)
        }
    }

    /// Returns the person when they wait for approval.
    private func waiting(_ person: ID<Account>, in db: some Queryable) throws -> LocalAccount {
        guard let local = try LocalAccounts.byID(person, in: db), local.approvedAt == nil, local.account.isActive else {
            throw ServiceError.notAllowed
        }
        return local
    }
}
