// SPDX-License-Identifier: Apache-2.0

public import Vocabulary

/// What the node says of itself and what everybody needs to know to build an address.
public struct Community: Sendable, Hashable {
    /// The public origin: `https://cafe.example`. Ids are built from it and never change.
    public var origin: IRI
    /// What the café is called.
    public var name: String
    /// One sentence about it.
    public var tagline: String
    /// `fr` or `en`: the language when the reader's browser asks for neither.
    public var language: String
    /// Who may become a member.
    public var registration: Registration
    /// How open the node is to unknown hosts.
    public var mode: FederationMode
    /// The group of this node to which everybody who is let in belongs; nil for none.
    public var welcomeGroup: String? = Community.mainGroup
    /// IANA name of the zone in which it lives: the first choice for its events.
    public var timeZone: String

    /// Creates the value from the configuration.
    public init(
        origin: IRI, name: String, tagline: String, language: String = "fr",
        registration: Registration = .approval, mode: FederationMode = .open, timeZone: String = "Europe/Paris"
    ) {
        self.origin = origin
        self.name = name
        self.tagline = tagline
        self.language = language
        self.registration = registration
        self.mode = mode
        self.timeZone = timeZone
    }

    /// The main group of the node: `/groups/cafe`.
    public static let mainGroup = "cafe"
    /// The group that relays every public event of the node: `/groups/agenda`.
    public static let agendaGroup = "agenda"
}

/// Who may become a member.
public enum Registration: String, Sendable, CaseIterable {
    /// Whoever asks.
    case open
    /// Whoever asks and whom a steward approves.
    case approval
    /// Whoever was invited.
    case invitation
    /// Nobody.
    case closed
}
