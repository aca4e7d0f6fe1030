// SPDX-License-Identifier: Apache-2.0

public import Model

/// An e-mail address with a display name.
public struct Mailbox: Sendable, Hashable {
    /// The display name; empty when only the address is shown.
    public let name: String
    /// The e-mail address.
    public let address: MailAddress

    /// Creates the value.
    public init(name: String = "", address: MailAddress) {
        self.name = name
        self.address = address
    }
}
