// SPDX-License-Identifier: Apache-2.0

internal import Model
internal import Services
internal import Storage
internal import TextEncoding

extension JSONWriter {
    /// Account: a person, or a group as an ordinary profile.
    ///
    /// A group is not marked as a bot, although most apps do not know groups: a bot badge would mislead.
    ///
    /// - Parameter successor: the account to which it moved. Only responses with one account tell it.
    mutating func account(_ account: Account, _ node: Rendering, movedTo successor: Account? = nil) {
        object { $0.members(of: account, node, movedTo: successor) }
    }

    /// MutedAccount: an account with the end of its mute.
    mutating func mutedAccount(_ account: Account, until end: Timestamp?, _ node: Rendering) {
        object {
            $0.members(of: account, node)
            $0.field("mute_expires_at", end)
        }
    }

    /// Suggestion: an account that the viewer may want to follow, and the reason.
    mutating func suggestion(_ account: Account, _ node: Rendering) {
        object {
            $0.field("source", account.isGroup ? "staff" : "global")
            $0.array("sources", [account.isGroup ? "featured" : "most_followed"])
            $0.key("account")
            $0.account(account, node)
        }
    }

    /// CredentialAccount: the caller's account with the values of the app's profile form.
    mutating func ownAccount(_ own: OwnProfile, _ node: Rendering) {
        object {
            $0.members(of: own.account, node)
            $0.object("source") { source in
                source.field("privacy", own.defaultVisibility.apiName)
                source.field("sensitive", own.defaultSensitive)
                source.field("language", own.defaultLanguage)
                source.field("note", own.noteSource)
                source.array("fields", own.account.fields) { writer, field in
                    writer.field(field, value: field.source, verifiedAt: nil)
                }
                source.field("follow_requests_count", own.requestCount)
                source.field("hide_collections", own.account.hidesFollows)
                source.field("discoverable", own.account.discoverable)
                source.field("indexable", own.account.indexable)
                source.empty("attribution_domains")
                source.field("quote_policy", own.defaultQuotePolicy.apiName)
            }
            $0.role(own.role)
        }
    }

    /// Profile: the caller's profile as it was typed, without default pictures.
    mutating func profile(_ own: OwnProfile) {
        let (avatar, header) = (own.account.icon.map(String.init), own.account.header.map(String.init))
        object {
            $0.field("id", own.account.id)
            $0.field("display_name", own.account.displayName)
            $0.field("note", own.noteSource)
            $0.array("fields", own.account.fields) { $0.field($1, value: $1.source, verifiedAt: nil) }
            $0.field("avatar", avatar)
            $0.field("avatar_static", avatar)
            $0.field("avatar_description", "")
            $0.field("header", header)
            $0.field("header_static", header)
            $0.field("header_description", "")
            $0.field("locked", own.account.approvesFollowers)
            $0.field("bot", own.account.kind == .service)
            $0.field("hide_collections", own.account.hidesFollows)
            $0.field("discoverable", own.account.discoverable)
            $0.field("indexable", own.account.indexable)
            $0.field("show_media", true)
            $0.field("show_media_replies", true)
            $0.field("show_featured", true)
            $0.empty("attribution_domains")
        }
    }

    /// - Parameter stored: of a suspended account only its address and its numbers are shown, as Mastodon does.
    private mutating func members(of stored: Account, _ node: Rendering, movedTo successor: Account? = nil) {
        let account = stored.suspendedAt == nil ? stored : stored.withoutProfile
        let avatar = account.icon.map(String.init(describing:)) ?? node.missingAvatar
        let header = account.header.map(String.init(describing:)) ?? node.missingHeader
        field("id", account.id)
        field("username", account.username)
        field("acct", node.acct(account))
        field("display_name", account.displayName)
        field("locked", account.approvesFollowers)
        field("bot", account.kind == .service || account.kind == .application)
        field("discoverable", account.discoverable)
        field("indexable", account.indexable)
        field("group", account.isGroup)
        field("created_at", Timestamp(account.createdAt.milliseconds - account.createdAt.milliseconds % 86_400_000))
        field("note", account.summary.string)
        field("url", node.url(of: account))
        field("uri", String(describing: account.iri))
        field("avatar", avatar)
        field("avatar_static", avatar)
        field("avatar_description", "")
        field("header", header)
        field("header_static", header)
        field("header_description", "")
        field("followers_count", max(0, account.followerCount))
        field("following_count", max(0, account.followingCount))
        field("statuses_count", max(0, account.postCount))
        field("last_status_at", account.lastPostAt.map(Self.day))
        field("hide_collections", account.hidesFollows)
        field("noindex", !account.indexable)
        field("limited", false)
        field("suspended", account.suspendedAt != nil)
        field("memorial", false)
        key("moved")
        if let successor { self.account(successor, node) } else { null() }
        emojis(account.emojis, of: account, node)
        empty("roles")
        array("fields", account.fields) { $0.field($1, value: $1.value.string, verifiedAt: nil) }
        field("show_media", true)
        field("show_media_replies", true)
        field("show_featured", true)
        null("feature_approval")
    }

    /// The custom emoji in texts of an account's server, and where small copies of them are.
    mutating func emojis(_ shortcodes: [String], of account: Account, _ node: Rendering) {
        guard !shortcodes.isEmpty else { return empty("emojis") }
        let folder = "\(node.origin)/emoji/\(account.emojiHost.percentEncoded)/"
        array("emojis", shortcodes) { writer, shortcode in
            let url = folder + shortcode.percentEncoded
            writer.object {
                $0.field("shortcode", shortcode)
                $0.field("url", url)
                $0.field("static_url", url)
                $0.field("visible_in_picker", false)
            }
        }
    }

    private mutating func field(_ field: ProfileField, value: String, verifiedAt: Timestamp?) {
        object {
            $0.field("name", field.name)
            $0.field("value", value)
            $0.field("verified_at", verifiedAt)
        }
    }

    private mutating func role(_ role: Role) {
        object("role") {
            $0.field("id", role == .member ? "-99" : role == .moderator ? "1" : "2")
            $0.field("name", role == .member ? "" : role == .moderator ? "Moderator" : "Steward")
            $0.field("permissions", "0")
            $0.field("color", "")
            $0.field("highlighted", role != .member)
            $0.field("collection_limit", 0)
        }
    }

    /// Relationship: the relations between the viewer and an account, in both directions.
    mutating func relationship(_ relation: AccountRelation) {
        object {
            $0.field("id", relation.account)
            $0.field("following", relation.follows)
            $0.field("showing_reblogs", relation.follows && relation.showsBoosts)
            $0.field("notifying", relation.follows && relation.notifies)
            $0.null("languages")
            $0.field("followed_by", relation.isFollowed)
            $0.field("blocking", relation.blocks)
            $0.field("blocked_by", relation.isBlocked)
            $0.field("muting", relation.mutes)
            $0.field("muting_notifications", relation.mutesNotifications)
            $0.field("muting_expires_at", relation.muteEndsAt)
            $0.field("requested", relation.requested)
            $0.field("requested_by", relation.isRequested)
            $0.field("domain_blocking", relation.blocksHost)
            $0.field("endorsed", relation.endorses)
            $0.field("note", relation.note)
        }
    }
}

extension Account {
    /// The account without everything that its owner wrote about itself.
    fileprivate var withoutProfile: Account {
        var account = self
        account.displayName = ""
        account.summary = .empty
        account.fields = []
        account.icon = nil
        account.header = nil
        account.approvesFollowers = false
        account.discoverable = false
        account.indexable = false
        return account
    }
}
