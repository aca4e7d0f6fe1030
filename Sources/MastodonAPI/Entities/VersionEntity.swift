// SPDX-License-Identifier: Apache-2.0

internal import Model
internal import Services
internal import Storage

extension JSONWriter {
    /// StatusEdit: what a post said and showed at some time.
    mutating func version(_ version: PostVersion, of status: PostView, _ node: Rendering) {
        object { writer in
            writer.key("account")
            writer.account(status.author, node)
            writer.field("content", Self.content(version.content, title: version.title))
            writer.field("spoiler_text", version.warning)
            writer.field("sensitive", version.sensitive || !version.warning.isEmpty)
            writer.field("created_at", version.at)
            writer.attachments(version.attachments, of: status.post.id)
            writer.emojis(status.post.emojis, of: status.author, node)
            writer.null("quote")
            writer.key("poll")
            guard !version.options.isEmpty else { return writer.null() }
            writer.object {
                $0.array("options", version.options) { writer, title in
                    writer.object { $0.field("title", title) }
                }
            }
        }
    }

    /// StatusEdit of an event: only the current version is known.
    mutating func onlyVersion(of view: StatusView, _ node: Rendering) {
        guard case .event(let status) = view.subject else { return null() }
        object {
            $0.key("account")
            $0.account(status.owner, node)
            $0.field("content", EventText.content(of: status, node))
            $0.field("spoiler_text", "")
            $0.field("sensitive", false)
            $0.field("created_at", status.event.updatedAt)
            $0.empty("media_attachments")
            $0.emojis(status.event.emojis, of: status.owner, node)
            $0.null("quote")
            $0.null("poll")
        }
    }

    /// ScheduledStatus.
    mutating func waiting(_ post: WaitingPost, _ node: Rendering) {
        let draft = post.draft
        object { writer in
            writer.field("id", post.id)
            writer.field("scheduled_at", post.dueAt)
            writer.array("media_attachments", post.media) { $0.media($1, node) }
            writer.object("params") {
                $0.field("text", draft.text)
                $0.field("visibility", draft.visibility.apiName)
                $0.field("spoiler_text", draft.warning)
                $0.field("sensitive", draft.sensitive)
                $0.field("language", draft.language)
                $0.key("in_reply_to_id")
                if let id = draft.inReplyTo?.rawValue ?? draft.event?.rawValue { $0.number(id) } else { $0.null() }
                $0.field("quoted_status_id", draft.quoted)
                $0.field("quote_approval_policy", (draft.quotePolicy ?? .everyone).apiName)
                $0.key("media_ids")
                if draft.media.isEmpty { $0.null() } else { $0.array(draft.media) { $0.string($1.description) } }
                $0.null("scheduled_at")
                $0.null("idempotency")
                $0.field("with_rate_limit", false)
                $0.key("application_id")
                // A token of the command line has no app; apps expect a number.
                $0.number(draft.app ?? 0)
                $0.key("poll")
                $0.poll(draft.poll)
            }
        }
    }

    private mutating func poll(_ draft: PollDraft?) {
        guard let draft else { return null() }
        object {
            $0.array("options", draft.options)
            $0.field("expires_in", draft.seconds)
            $0.field("multiple", draft.isMultiple)
            $0.field("hide_totals", draft.hidesTotals)
        }
    }
}
