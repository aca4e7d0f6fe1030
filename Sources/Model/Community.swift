// SPDX-License-Identifier: Apache-2.0

public import Vocabulary

/// The settings of the community on this server: its names, its policies, and the origin for building addresses.
public struct Community: Sendable, Hashable {
    /// The public origin: `https://cafe.example`. All local ids are built from it, so it never changes.
    public var origin: IRI
    /// The name of the community.
    public var name: String
    /// One sentence that describes the community.
    public var tagline: String
    /// The default language, `fr` or `en`, when the browser asks for neither.
    public var language: String
    /// Who may become a member.
    public var registration: Registration
    /// How open the server is to unknown hosts.
    public var mode: FederationMode
    /// The user name of the local group that every new member joins; nil for none.
    public var welcomeGroup: String? = Community.mainGroup
    /// The IANA name of the community's time zone, the default for its events.
    public var timeZone: String
    /// Whether e-mails leave this server. While they are only written into a folder, no page promises one.
    public var mailReachesPeople = true

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

    /// The user name of the main group, at `/groups/cafe`.
    public static let mainGroup = "cafe"
    /// The user name of the actor that forwards reports to other servers, at `/users/moderator`. No member can have it.
    public static let reporter = "moderator"
    /// The user name of the group that boosts every public event of the server, at `/groups/agenda`.
    public static let agendaGroup = "agenda"
}

/// Who may register.
public enum Registration: String, Sendable, CaseIterable {
    /// Everybody.
    case open
    /// Everybody, with approval by a steward.
    case approval
    /// Only invited people.
    case invitation
    /// Nobody.
    case closed
}
