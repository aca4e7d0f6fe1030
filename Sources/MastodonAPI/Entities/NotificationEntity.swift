// SPDX-License-Identifier: Apache-2.0

internal import Model
internal import Storage

extension JSONWriter {
    /// Notification.
    mutating func notification(_ view: NotificationView, _ node: Rendering) {
        object {
            $0.field("id", view.id)
            $0.field("type", view.notification.kind.apiName)
            $0.field("created_at", view.notification.createdAt)
            $0.field("group_key", view.notification.groupKey)
            $0.key("account")
            $0.account(view.account, node)
            $0.key("status")
            if let status = view.status { $0.status(status, node) } else { $0.null() }
            $0.toldReport(of: view, node)
            $0.notOurs()
        }
    }

    /// NotificationGroup.
    mutating func notificationGroup(_ group: NotificationGroup, _ latest: NotificationView, _ node: Rendering) {
        object {
            $0.field("group_key", group.key)
            $0.field("notifications_count", group.count)
            $0.field("type", group.latest.kind.apiName)
            $0.key("most_recent_notification_id")
            $0.number(group.id.rawValue)
            $0.field("page_min_id", group.oldest)
            $0.field("page_max_id", group.id)
            $0.field("latest_page_notification_at", group.latest.createdAt)
            $0.array("sample_account_ids", group.accounts.map(\.description))
            $0.field("status_id", latest.status?.id)
            $0.toldReport(of: latest, node)
            $0.notOurs()
        }
    }

    /// PartialAccountWithAvatar: an account in a row of avatars.
    mutating func partialAccount(_ account: Account, _ node: Rendering) {
        let avatar = account.icon.map(String.init(describing:)) ?? node.missingAvatar
        object {
            $0.field("id", account.id)
            $0.field("acct", node.acct(account))
            $0.field("url", node.url(of: account))
            $0.field("avatar", avatar)
            $0.field("avatar_static", avatar)
            $0.field("avatar_description", "")
            $0.field("locked", account.approvesFollowers)
            $0.field("bot", account.kind == .service || account.kind == .application)
        }
    }

    /// Writes null for the members of notification types that this node does not create.
    private mutating func notOurs() {
        null("event")
        null("moderation_warning")
        null("collection")
        null("fallback")
    }

    /// Report, with the members that a notification needs.
    private mutating func toldReport(of view: NotificationView, _ node: Rendering) {
        guard let report = view.report, let reported = view.reported else { return null("report") }
        object("report") {
            $0.field("id", report.id)
            $0.field("action_taken", report.resolvedAt != nil)
            $0.field("action_taken_at", report.resolvedAt)
            $0.field("category", report.category)
            $0.field("comment", report.comment)
            $0.field("forwarded", report.handover == .accepted)
            $0.field("created_at", report.createdAt)
            $0.empty("status_ids")
            $0.empty("rule_ids")
            $0.empty("collection_ids")
            $0.key("target_account")
            $0.account(reported, node)
        }
    }

    /// NotificationPolicy, version 2: each filter is `accept`, `filter` or `drop`.
    mutating func notificationPolicy(_ policy: NotificationPolicy, _ backlog: NotificationBacklog) {
        object {
            $0.field("for_not_following", policy.notFollowing.rawValue)
            $0.field("for_not_followers", policy.notFollowers.rawValue)
            $0.field("for_new_accounts", policy.newAccounts.rawValue)
            $0.field("for_private_mentions", policy.privateMentions.rawValue)
            $0.field("for_limited_accounts", policy.limitedAccounts.rawValue)
            $0.field("for_bots", policy.bots.rawValue)
            $0.summary(backlog)
        }
    }

    /// NotificationPolicy, version 1: each filter is on or off.
    mutating func oldNotificationPolicy(_ policy: NotificationPolicy, _ backlog: NotificationBacklog) {
        object {
            $0.field("filter_not_following", policy.notFollowing != .accept)
            $0.field("filter_not_followers", policy.notFollowers != .accept)
            $0.field("filter_new_accounts", policy.newAccounts != .accept)
            $0.field("filter_private_mentions", policy.privateMentions != .accept)
            $0.summary(backlog)
        }
    }

    private mutating func summary(_ backlog: NotificationBacklog) {
        object("summary") {
            $0.field("pending_requests_count", backlog.requests)
            $0.field("pending_notifications_count", backlog.notifications)
        }
    }

    /// NotificationRequest. Its count is a string.
    mutating func notificationRequest(_ request: NotificationRequest, last: StatusView?, _ node: Rendering) {
        object {
            $0.field("id", request.id)
            $0.field("created_at", request.createdAt)
            $0.field("updated_at", request.updatedAt)
            $0.field("notifications_count", String(request.count))
            $0.key("account")
            $0.account(request.from, node)
            $0.key("last_status")
            if let last { $0.status(last, node) } else { $0.null() }
        }
    }

    /// Conversation.
    mutating func conversation(_ conversation: DirectConversation, last: StatusView?, _ node: Rendering) {
        object {
            $0.field("id", conversation.id)
            $0.field("unread", conversation.isUnread)
            $0.array("accounts", conversation.others) { $0.account($1, node) }
            $0.key("last_status")
            if let last { $0.status(last, node) } else { $0.null() }
        }
    }

    /// Marker.
    mutating func marker(_ marker: Marker) {
        object {
            $0.field("last_read_id", String(marker.lastRead))
            $0.field("version", marker.version)
            $0.field("updated_at", marker.updatedAt)
        }
    }

    /// Announcement.
    mutating func announcement(_ view: AnnouncementView, _ node: Rendering) {
        let announcement = view.announcement
        object { writer in
            writer.field("id", announcement.id)
            writer.field("content", announcement.content.string)
            writer.field("starts_at", announcement.startsAt)
            writer.field("ends_at", announcement.endsAt)
            writer.field("all_day", false)
            writer.field("published_at", announcement.publishedAt)
            writer.field("updated_at", announcement.publishedAt)
            writer.field("read", view.isRead)
            writer.empty("mentions")
            writer.array("statuses", [view.event].compactMap { $0 }) { writer, event in
                writer.object {
                    $0.field("id", event.id)
                    $0.field("url", node.url(of: event))
                }
            }
            writer.empty("tags")
            writer.empty("emojis")
            writer.array("reactions", view.reactions) { writer, reaction in
                writer.object {
                    $0.field("name", reaction.name)
                    $0.field("count", reaction.count)
                    $0.field("me", reaction.isMine)
                    $0.null("url")
                    $0.null("static_url")
                }
            }
        }
    }
}

extension Rendering {
    /// Returns the address of an event's page.
    fileprivate func url(of event: Event) -> String {
        event.isLocal ? "\(origin)/events/\(event.id)" : String(describing: event.url ?? event.iri)
    }
}
