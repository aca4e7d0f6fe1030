// SPDX-License-Identifier: Apache-2.0

public import Database
public import Model

/// The profile of the community in the table `setting`: one row for each value that the stewards set.
public enum CommunityProfiles {
    private static let keys = [
        "community.name", "community.tagline", "community.registration", "community.rules", "community.about",
        "community.welcome",
    ]

    /// The stored profile; empty when nothing was ever set.
    public static func current(in db: some Queryable) throws(DatabaseError) -> CommunityProfile {
        var values: [String: String] = [:]
        for row in try db.rows("SELECT key, value FROM setting WHERE key IN (\(list: keys))") {
            values[try row.text("key")] = try row.text("value")
        }
        var profile = CommunityProfile()
        profile.name = values["community.name"] ?? ""
        profile.tagline = values["community.tagline"] ?? ""
        profile.registration = values["community.registration"].flatMap(Registration.init)
        profile.rules = values["community.rules"] ?? ""
        profile.about = values["community.about"] ?? ""
        profile.welcome = values["community.welcome"] ?? ""
        return profile
    }

    /// Stores a profile; it replaces the former one. Every process is told.
    public static func set(_ profile: CommunityProfile, in tx: Transaction) throws(DatabaseError) {
        let values = [
            profile.name, profile.tagline, profile.registration?.rawValue ?? "", profile.rules, profile.about,
            profile.welcome,
        ]
        for (key, value) in zip(keys, values) { try Settings.set(key, value, in: tx) }
    }
}
