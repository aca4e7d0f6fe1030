// SPDX-License-Identifier: Apache-2.0

internal import Model
internal import Storage

/// The values of the entity that are not part of the community's settings.
struct InstanceFacts: Sendable {
    let software: String
    let community: Community
    let counts: NodeCounts
    let hosts: Int
    let contact: LocalAccount?
    /// The rules of the community, in their order.
    let rules: [String]
    /// The public key as base64url of the uncompressed point; empty while the node has none.
    let vapidKey: String

    /// Each part of the version is one digit, because some apps read only one.
    var version: String { "4.5.0 (compatible; Troquet \(software))" }
    var isRegistrationOpen: Bool { community.registration == .open || community.registration == .approval }
}

extension JSONWriter {
    /// Instance, version 1 or version 2.
    mutating func instance(version: Int, _ facts: InstanceFacts, _ node: Rendering) {
        object { version == 1 ? $0.version1(facts, node) : $0.version2(facts, node) }
    }

    /// The rules, each with its number as its id.
    mutating func rules(_ rules: [String]) {
        array(Array(rules.enumerated())) { writer, rule in
            writer.object {
                $0.field("id", String(rule.offset + 1))
                $0.field("text", rule.element)
                $0.field("hint", "")
            }
        }
    }

    private mutating func version1(_ facts: InstanceFacts, _ node: Rendering) {
        field("uri", node.host)
        field("title", facts.community.name)
        field("short_description", facts.community.tagline)
        field("description", facts.community.tagline)
        field("email", facts.contact?.email ?? "postmaster@\(node.host.prefix { $0 != ":" })")
        field("version", facts.version)
        object("urls") { $0.field("streaming_api", Self.streaming(node)) }
        object("stats") {
            $0.field("user_count", facts.counts.members)
            $0.field("status_count", facts.counts.localPosts)
            $0.field("domain_count", facts.hosts)
        }
        field("thumbnail", node.missingHeader)
        array("languages", [facts.community.language])
        field("registrations", facts.isRegistrationOpen)
        field("approval_required", facts.community.registration == .approval)
        field("invites_enabled", facts.community.registration == .invitation)
        object("configuration") { $0.limits(facts) }
        key("contact_account")
        if let contact = facts.contact { account(contact.account, node) } else { null() }
        key("rules")
        rules(facts.rules)
    }

    private mutating func version2(_ facts: InstanceFacts, _ node: Rendering) {
        field("domain", node.host)
        field("title", facts.community.name)
        field("version", facts.version)
        field("source_url", "\(node.origin)/about")
        field("description", facts.community.tagline)
        object("usage") { $0.object("users") { $0.field("active_month", facts.counts.activeMonth) } }
        object("thumbnail") {
            $0.field("url", node.missingHeader)
            $0.null("blurhash")
            $0.field("description", "")
            $0.object("versions") { _ in }
        }
        array("icon", ["96x96"]) { writer, size in
            writer.object {
                $0.field("src", node.missingAvatar)
                $0.field("size", size)
            }
        }
        array("languages", [facts.community.language])
        object("configuration") { configuration in
            configuration.object("urls") {
                $0.field("streaming", Self.streaming(node))
                $0.null("status")
                $0.field("about", "\(node.origin)/about")
                $0.null("privacy_policy")
                $0.null("terms_of_service")
            }
            configuration.object("vapid") { $0.field("public_key", facts.vapidKey) }
            configuration.limits(facts)
            configuration.object("translation") { $0.field("enabled", false) }
            configuration.field("limited_federation", facts.community.mode == .allowlist)
        }
        object("registrations") {
            $0.field("enabled", facts.isRegistrationOpen)
            $0.field("approval_required", facts.community.registration == .approval)
            $0.field("reason_required", facts.community.registration == .approval)
            $0.null("message")
            $0.null("min_age")
            $0.field("url", "\(node.origin)/sign-up")
        }
        object("api_versions") {
            $0.field("mastodon", 7)
            $0.field("troquet", 1)
        }
        object("contact") {
            $0.field("email", facts.contact?.email ?? "postmaster@\(node.host.prefix { $0 != ":" })")
            $0.key("account")
            if let contact = facts.contact { $0.account(contact.account, node) } else { $0.null() }
        }
        key("rules")
        rules(facts.rules)
        null("wrapstodon")
    }

    private mutating func limits(_ facts: InstanceFacts) {
        object("accounts") {
            $0.field("max_featured_tags", 10)
            $0.field("max_pinned_statuses", 5)
            $0.field("max_profile_fields", 4)
            $0.field("profile_field_name_limit", 255)
            $0.field("profile_field_value_limit", 255)
        }
        object("statuses") {
            $0.field("max_characters", PostLimits.text)
            $0.field("max_media_attachments", PostLimits.media)
            $0.field("characters_reserved_per_url", PostLimits.link)
            $0.array("supported_mime_types", ["text/plain"])
        }
        object("media_attachments") {
            $0.array("supported_mime_types", MediaTypes.supported)
            $0.field("description_limit", PostLimits.mediaDescription)
            $0.field("image_size_limit", MediaLimits.imageBytes)
            $0.field("image_matrix_limit", MediaLimits.pixels)
            $0.field("video_size_limit", MediaLimits.videoBytes)
            $0.field("video_frame_rate_limit", MediaLimits.frameRate)
            $0.field("video_matrix_limit", MediaLimits.shownPixels)
        }
        object("polls") {
            $0.field("max_options", 6)
            $0.field("max_characters_per_option", 100)
            $0.field("min_expiration", 300)
            $0.field("max_expiration", 2_629_746)
        }
    }

    /// The address without a path, `wss://cafe.example`. Apps append the path.
    private static func streaming(_ node: Rendering) -> String {
        node.origin.hasPrefix("https") ? "wss://\(node.host)" : "ws://\(node.host)"
    }
}

/// The media types of uploads.
enum MediaTypes {
    static let supported = [
        "image/jpeg", "image/png", "image/gif", "image/webp", "image/avif", "image/heic", "image/heif", "video/mp4",
        "video/webm", "video/quicktime", "video/x-matroska", "video/ogg", "audio/mpeg", "audio/ogg", "audio/flac",
        "audio/wav", "audio/mp4",
    ]
}
