// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
internal import Storage

extension Services {
    /// Makes a member from the command line; nobody has to approve. The operator may.
    @discardableResult
    public func createAccount(_ signUp: SignUp, role: Role, as principal: Principal) async throws -> Account {
        try requireOperator(principal)
        var check = Check()
        let email = signUp.email.trimmed
        check.require(LocalName.isAllowed(signUp.name.trimmed.lowercased()), "name", "not_a_name")
        check.require(email.isEmpty || MailAddress(email) != nil, "email", "not_an_address")
        check.require(Self.isInterfaceLanguage(signUp.language), "language", "not_a_language")
        try check.finish()
        let made = try prepare(signUp, role: role, isApproved: true)
        try await storeUnique { tx in try insert(made, note: "", in: tx) }
        return made.local.account
    }
}
