// SPDX-License-Identifier: Apache-2.0

internal import Database
public import Model
internal import Storage

extension Services {
    /// Creates a member from the command line, without approval by a steward. Only the operator may do this.
    @discardableResult
    public func createAccount(_ signUp: SignUp, role: Role, as principal: Principal) async throws -> Account {
        try requireOperator(principal)
        var check = Check()
        let email = signUp.email.trimmed
        check.require(LocalName.isAllowed(signUp.name.trimmed.lowercased()), "name", "not_a_name")
        check.require(email.isEmpty || MailAddress(email) != nil, "email", "not_an_address")
        check.require(signUp.password.isEmpty || signUp.password.count >= 10, "password", "too_short")
        check.require(signUp.password.utf8.count <= 1_000, "password", "too_long")
        check.text(signUp.displayName, "display_name", limit: 100, isNeeded: false)
        check.require(Self.isInterfaceLanguage(signUp.language), "language", "not_a_language")
        try check.finish()
        let made = try await prepare(signUp, role: role, isApproved: true)
        try await storeUnique { tx in try insert(made, note: "", in: tx) }
        return made.local.account
    }
}
