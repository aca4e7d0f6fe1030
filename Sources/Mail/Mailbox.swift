// SPDX-License-Identifier: Apache-2.0

public import Model

/// An address with the name that people see beside it.
public struct Mailbox: Sendable, Hashable {
    /// Any text; empty when only the address is shown.
    public let name: String
    /// Where it goes.
    public let address: MailAddress

    /// Creates the value.
    public init(name: String = "", address: MailAddress) {
        self.name = name
        self.address = address
    }
}
