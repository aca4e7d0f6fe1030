// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// What the stewards set on a page: how the community is called, who may join, and its own words. What is empty here is as
/// the settings file says.
public struct CommunityProfile: Sendable, Hashable {
    /// The name; empty for that of the settings file.
    public var name = ""
    /// The sentence below the name; empty for that of the settings file.
    public var tagline = ""
    /// Who may join; nil for what the settings file says.
    public var registration: Registration?
    /// The rules, one on each line.
    public var rules = ""
    /// What the page about the community says, as plain text.
    public var about = ""
    /// What new members read on their first days, as plain text.
    public var welcome = ""

    /// Creates an empty value.
    public init() {}

    /// The rules that are written, in their order.
    public var ruleList: [String] {
        rules.split(separator: "\n").map { String($0.drop { $0 == " " || $0 == "\t" }) }.filter { !$0.isEmpty }
    }
}

extension Community {
    /// Returns the community of the settings file with what the stewards set on the page.
    public func with(_ profile: CommunityProfile) -> Community {
        var community = self
        if !profile.name.isEmpty { community.name = profile.name }
        if !profile.tagline.isEmpty { community.tagline = profile.tagline }
        if let registration = profile.registration { community.registration = registration }
        return community
    }
}

/// The community as it is now. The stewards change it while the node runs; all parts of a process share one value.
public final class LiveCommunity: Sendable {
    /// What the settings file says.
    public let configured: Community
    private let state: Mutex<(profile: CommunityProfile, community: Community)>

    /// Creates the value, with nothing set on the page.
    public init(_ configured: Community) {
        self.configured = configured
        state = Mutex((CommunityProfile(), configured))
    }

    /// The community.
    public var community: Community { state.withLock { $0.community } }
    /// What the stewards set.
    public var profile: CommunityProfile { state.withLock { $0.profile } }

    /// Takes over what the stewards set.
    public func show(_ profile: CommunityProfile) {
        let community = configured.with(profile)
        state.withLock { $0 = (profile, community) }
    }
}
