// SPDX-License-Identifier: Apache-2.0

internal import Model
internal import Services
internal import Storage

extension JSONWriter {
    /// List: one that the member made, or a group that they follow.
    mutating func list(_ list: MemberList) {
        object { writer in
            switch list {
            case .own(let own):
                writer.field("id", own.id)
                writer.field("title", own.title)
                writer.field("replies_policy", own.replies.rawValue)
                writer.field("exclusive", own.isExclusive)
            case .group(let group):
                writer.field("id", group.id)
                writer.field("title", group.displayName.isEmpty ? group.username : group.displayName)
                writer.field("replies_policy", AccountList.RepliesPolicy.list.rawValue)
                writer.field("exclusive", false)
            }
        }
    }

    // MARK: - Filters

    /// Filter, version 2.
    mutating func filter(_ filter: ContentFilter, _ node: Rendering) {
        object {
            $0.filterHead(filter, node)
            $0.array("keywords", filter.keywords) { $0.keyword($1) }
            $0.array("statuses", filter.named) { $0.namedStatus($1) }
        }
    }

    private mutating func filterHead(_ filter: ContentFilter, _ node: Rendering) {
        field("id", filter.id)
        field("title", filter.title)
        array("context", filter.places.map(\.rawValue))
        field("expires_at", filter.expiresAt)
        field("filter_action", Self.apiName(for: filter, node))
    }

    /// Returns the action of a filter. Apps that know only `warn` and `hide` show nothing when they get another value,
    /// so only the app that chose `blur` gets it.
    private static func apiName(for filter: ContentFilter, _ node: Rendering) -> String {
        let isUnderstood = filter.action != .blur || filter.maker == node.app
        return (isUnderstood ? filter.action : .warn).rawValue
    }

    /// FilterKeyword.
    mutating func keyword(_ keyword: ContentFilter.Keyword) {
        object {
            $0.field("id", keyword.id)
            $0.field("keyword", keyword.text)
            $0.field("whole_word", keyword.wholeWord)
        }
    }

    /// FilterStatus.
    mutating func namedStatus(_ named: ContentFilter.Named) {
        object {
            $0.field("id", named.id)
            $0.field("status_id", named.item)
        }
    }

    /// FilterResult: a filter with its matches.
    mutating func filterMatch(_ match: FilterMatch, _ node: Rendering) {
        object {
            $0.key("filter")
            $0.filter(match.filter, node)
            $0.array("keyword_matches", match.keywords)
            $0.array("status_matches", match.named.map(\.description))
        }
    }

    /// Filter, version 1: one keyword of a filter, with the keyword's id.
    mutating func oldFilter(_ keyword: ContentFilter.Keyword, of filter: ContentFilter) {
        object {
            $0.field("id", keyword.id)
            $0.field("phrase", keyword.text)
            $0.array("context", filter.places.map(\.rawValue))
            $0.field("expires_at", filter.expiresAt)
            $0.field("irreversible", filter.action == .hide)
            $0.field("whole_word", keyword.wholeWord)
        }
    }

    // MARK: - Hashtags

    /// Returns a number for a hashtag: a hash of its name. Apps expect ids to be numbers, and no operation reads this
    /// one.
    private static func number(of tag: String) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in tag.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return String(hash >> 1)
    }

    /// Tag, with its usage by day.
    mutating func tag(_ tag: TagView, _ node: Rendering) {
        object {
            $0.field("id", Self.number(of: tag.name))
            $0.field("name", tag.name)
            $0.field("url", node.url(ofTag: tag.name))
            $0.array("history", tag.history) { writer, day in
                writer.object {
                    $0.field("day", String(day.day.milliseconds / 1_000))
                    $0.field("uses", String(day.uses))
                    $0.field("accounts", String(day.accounts))
                }
            }
            $0.field("following", tag.isFollowed)
            $0.field("featuring", tag.isFeatured)
        }
    }

    /// FeaturedTag.
    ///
    /// - Parameter owner: the account whose profile shows it.
    mutating func featuredTag(_ tag: FeaturedTag, of owner: Account, _ node: Rendering) {
        object {
            $0.field("id", tag.id)
            $0.field("name", tag.tag)
            $0.field("url", owner.isLocal ? node.url(ofTag: tag.tag) : node.url(of: owner))
            $0.field("statuses_count", String(tag.postCount))
            $0.field("last_status_at", tag.lastPostAt.map(Self.day))
        }
    }

    // MARK: - Reports

    /// Report. It counts as forwarded when the other server took it.
    mutating func report(
        _ report: Report, about target: Account, statuses: [ID<TimelineItem>], _ node: Rendering
    ) {
        object {
            $0.field("id", report.id)
            $0.field("action_taken", report.resolvedAt != nil)
            $0.field("action_taken_at", report.resolvedAt)
            $0.field("category", report.category)
            $0.field("comment", report.comment)
            $0.field("forwarded", report.handover == .accepted)
            $0.field("created_at", report.createdAt)
            $0.array("status_ids", statuses.map(\.description))
            $0.empty("rule_ids")
            $0.empty("collection_ids")
            $0.key("target_account")
            $0.account(target, node)
        }
    }
}
