// SPDX-License-Identifier: Apache-2.0

internal import Model
internal import Storage

extension JSONWriter {
    /// Quote, with the quoted status; null for what quotes nothing.
    mutating func quote(of status: PostView, _ quoted: PostView?, _ node: Rendering) {
        guard let quote = status.post.quote else { return null() }
        object {
            $0.field("state", Self.state(of: quote, isReadable: quoted != nil))
            $0.key("quoted_status")
            if let quoted, quote.state == .accepted { $0.quoted(quoted, node) } else { $0.null() }
        }
    }

    /// ShallowQuote: inside a quoted status only the number is told.
    mutating func shallowQuote(of status: PostView) {
        guard let quote = status.post.quote else { return null() }
        object {
            $0.field("state", Self.state(of: quote, isReadable: quote.post != nil))
            $0.field("quoted_status_id", quote.state == .accepted ? quote.post : nil)
        }
    }

    private static func state(of quote: Quote, isReadable: Bool) -> String {
        quote.state == .accepted && !isReadable ? "unauthorized" : quote.state.rawValue
    }

    /// QuoteApproval: who may quote the post.
    mutating func quoteApproval(_ policy: QuotePolicy, _ visibility: Visibility, mayQuote: Bool) {
        let policy: QuotePolicy = visibility.isOpen ? policy : .nobody
        object {
            $0.array("automatic", policy == .everyone ? ["public"] : policy == .followers ? ["followers"] : [])
            $0.array("manual", policy == .manual ? ["public"] : [])
            $0.field("current_user", Self.apiName(for: policy, mayQuote: mayQuote))
        }
    }

    private static func apiName(for policy: QuotePolicy, mayQuote: Bool) -> String {
        if mayQuote { return "automatic" }
        switch policy {
        case .manual: return "manual"
        case .unknown: return "unknown"
        case .everyone, .followers, .nobody: return "denied"
        }
    }

    /// Writes the quote members of an event, which cannot be quoted.
    mutating func noQuotes() {
        null("quote")
        object("quote_approval") {
            $0.empty("automatic")
            $0.empty("manual")
            $0.field("current_user", "denied")
        }
    }
}
