// SPDX-License-Identifier: Apache-2.0

/// The media types in which an ActivityPub document may come.
public enum ActivityMediaType {
    /// What we send.
    public static let activity = "application/activity+json"
    private static let profile = "https://www.w3.org/ns/activitystreams"

    /// Whether a `Content-Type` names one: `application/activity+json`, or `application/ld+json` whose profile says
    /// ActivityStreams. Letters' case and spaces around the parts do not matter.
    ///
    /// Spec: ActivityPub §3.2, §7.
    public static func matches(_ value: String?) -> Bool {
        guard let value, value.utf8.count < 1_000 else { return false }
        let parts = value.split(separator: ";").map { trimmed($0).lowercased() }
        guard let type = parts.first else { return false }
        if type == activity { return true }
        return type == "application/ld+json"
            && parts.dropFirst().contains { part in
                guard part.hasPrefix("profile=") else { return false }
                let value = part.dropFirst(8).filter { $0 != "\"" }
                return value.split(separator: " ").contains { $0 == profile }
            }
    }

    /// Whether a `Content-Type` is `application/ld+json` that states no profile. Some servers send ActivityPub documents
    /// in this way.
    public static func isLinkedDataWithoutProfile(_ value: String?) -> Bool {
        guard let value, value.utf8.count < 1_000 else { return false }
        let parts = value.split(separator: ";").map { trimmed($0).lowercased() }
        return parts.first == "application/ld+json" && !parts.dropFirst().contains { $0.hasPrefix("profile=") }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var rest = text
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return rest
    }
}
