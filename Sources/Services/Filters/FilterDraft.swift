// SPDX-License-Identifier: Apache-2.0

public import Model

/// A keyword of a filter, as an app sends it.
public struct KeywordDraft: Sendable, Hashable {
    /// The keyword to change; nil for a new one.
    public var id: ID<ContentFilter.Keyword>?
    /// The text; nil leaves it as it is.
    public var text: String?
    /// Whether only whole words match; nil leaves it as it is.
    public var wholeWord: Bool?
    /// Whether the keyword is removed.
    public var isRemoved: Bool

    /// Creates the value.
    public init(
        id: ID<ContentFilter.Keyword>? = nil, text: String?, wholeWord: Bool? = nil, isRemoved: Bool = false
    ) {
        self.id = id
        self.text = text
        self.wholeWord = wholeWord
        self.isRemoved = isRemoved
    }
}

/// A filter, as an app sends it. A nil property leaves its value as it is.
public struct FilterDraft: Sendable, Hashable {
    /// The title that its owner gives it.
    public var title: String?
    /// The contexts in which it applies, in the words of the client API.
    public var places: [String]?
    /// What it does with a status that matches.
    public var action: ContentFilter.Action?
    /// When it expires: seconds from now, or never.
    public var end: End?
    /// The keywords to add, change or remove.
    public var keywords: [KeywordDraft] = []
    /// The id of the app that sends it.
    public var maker: Int64?

    /// When a filter expires.
    public enum End: Sendable, Hashable {
        case never
        case after(seconds: Int)
    }

    /// Creates a draft that changes nothing.
    public init() {}
}
