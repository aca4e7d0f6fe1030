// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
public import Model
internal import Storage

extension Services {
    /// Changes what the stewards set of the community: name, sentence, who may join, rules and texts. Stewards and the
    /// operator may do this. It holds at once in every process, without a restart.
    public func changeCommunity(_ profile: CommunityProfile, as principal: Principal) async throws {
        var profile = profile
        profile.name = profile.name.trimmed
        profile.tagline = profile.tagline.trimmed
        profile.rules = profile.rules.trimmed
        profile.about = profile.about.trimmed
        profile.welcome = profile.welcome.trimmed
        var check = Check()
        check.text(profile.name, "name", limit: 100, isNeeded: false)
        check.text(profile.tagline, "tagline", limit: 300, isNeeded: false)
        check.text(profile.about, "about", limit: 10_000, isNeeded: false)
        check.text(profile.rules, "rules", limit: 5_000, isNeeded: false)
        check.require(profile.ruleList.count <= 50, "rules", "too_long")
        check.text(profile.welcome, "welcome", limit: 5_000, isNeeded: false)
        try check.finish()
        let stored = profile
        try await database.write { tx in
            _ = try requireSteward(principal, in: tx)
            try CommunityProfiles.set(stored, in: tx)
        }
        federation.live.show(stored)
    }

    /// Reads what the stewards set, at the start and when another process has changed it.
    public func readCommunity() async throws {
        federation.live.show(try await database.read { db in try CommunityProfiles.current(in: db) })
    }
}
