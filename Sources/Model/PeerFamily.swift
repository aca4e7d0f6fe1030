// SPDX-License-Identifier: Apache-2.0

/// A family of servers that show what they receive in the same way.
///
/// A family is known by the name of the software, which a server states in its NodeInfo document, and otherwise by what
/// the server sent. A server of no known family gets the neutral form of every document. The table of all names is
/// ``init(software:)``; what the families differ in are the properties below.
public enum PeerFamily: String, Sendable, CaseIterable {
    /// Microblogs with Mastodon's reading of an event: they show its title, its `summary` and its address.
    case mastodon
    /// GoToSocial and Takahe: microblogs for which every `name` is a content warning, also that of an event. They drop
    /// a post of somebody whom the receiver does not follow when it does not mention the receiver.
    case gotosocial
    /// All other microblogs. A `summary` is a content warning for them, and the title of a discussion too.
    case microblog
    /// Servers of communities with titled threads and votes.
    case threadiverse
    /// Social networks and forums: their threads have titles, and they take boosts and relayed activities alike.
    case social
    /// Servers of events.
    case events
    /// Other nodes of this software.
    case troquet

    /// Whether a discussion has a title there. Elsewhere the title is the first paragraph of the text.
    public var hasTitles: Bool { self == .threadiverse || self == .social || self == .troquet }

    /// Whether it is a microblog other than Mastodon.
    private var isOtherMicroblog: Bool { self == .microblog || self == .gotosocial }

    /// Whether the title of a discussion hides its text, or the whole discussion.
    public var isHarmedByTitles: Bool { self == .mastodon || isOtherMicroblog }

    /// Whether the title of an event hides its text.
    public var isHarmedByTitlesOfEvents: Bool { self == .gotosocial }

    /// Whether a post only reaches those whom it mentions, and the followers of its author.
    public var needsMentions: Bool { self == .gotosocial }

    /// Whether every discussion needs a title there.
    public var needsTitles: Bool { self == .threadiverse }

    /// Whether the `summary` of an event is shown as a content warning.
    public var warnsWithSummary: Bool { isOtherMicroblog }

    /// Whether it is known to refuse an activity that a group relays (`Announce{Activity}`).
    public var refusesRelayedActivities: Bool { self == .mastodon || isOtherMicroblog }

    /// Whether it is known to refuse the boost of a group (`Announce{id}`), and its `Undo`.
    public var refusesBoostsOfGroups: Bool { self == .threadiverse }

    /// Whether it takes an event only when a group relays the `Create` of a person.
    public var needsEventsOfPeople: Bool { self == .threadiverse }

    /// The family of a software.
    ///
    /// - Parameter name: the name in a NodeInfo document.
    /// - Returns: nil for a software that is in no family.
    public init?(software name: String) {
        let name = name.lowercased()
        guard let family = Self.members.first(where: { $0.names.contains(name) })?.family else { return nil }
        self = family
    }

    /// The table of all families: the names of their software in NodeInfo.
    private static let members: [(family: PeerFamily, names: Set<String>)] = [
        (.mastodon, ["mastodon", "hometown", "glitch-soc", "glitchcafe", "fedibird", "kmyblue", "ecko"]),
        (.gotosocial, ["gotosocial", "takahe"]),
        (
            .microblog,
            [
                "snac", "microblogpub", "microblog.pub", "pleroma", "akkoma", "rebased",
                "soapbox",
                "mitra", "misskey", "sharkey", "firefish", "calckey", "iceshrimp", "iceshrimp.net", "foundkey",
                "cherrypick", "catodon", "hajkey", "meisskey", "epicyon", "honk", "pixelfed", "ktistec", "bookwyrm",
                "wafrn", "gnusocial", "hollo", "vernissage", "tootik", "betula",
            ]
        ),
        (.threadiverse, ["lemmy", "piefed", "pyfedi", "mbin", "kbin", "sublinks", "lotide"]),
        (
            .social,
            [
                "friendica", "hubzilla", "streams", "forte", "zap", "osada", "smithereen", "nodebb", "discourse",
                "flarum", "wordpress", "bonfire",
            ]
        ),
        (.events, ["mobilizon", "gancio", "gathio", "roadhouse"]),
        (.troquet, ["troquet"]),
    ]
}
