// SPDX-License-Identifier: Apache-2.0

public import Model

/// Words of a filter as an app sends them.
public struct KeywordDraft: Sendable, Hashable {
    /// The word that is changed; nil for a new one.
    public var id: ID<ContentFilter.Keyword>?
    /// The word; nil leaves it.
    public var text: String?
    /// Whether a part of a longer word does not count; nil leaves it.
    public var wholeWord: Bool?
    /// Whether it goes.
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

/// A filter as an app sends it; nil leaves what there is.
public struct FilterDraft: Sendable, Hashable {
    /// What the owner calls it.
    public var title: String?
    /// Where it counts.
    public var places: [String]?
    /// What is done.
    public var action: ContentFilter.Action?
    /// When it ends: seconds from now, or never.
    public var end: End?
    /// Words.
    public var keywords: [KeywordDraft] = []
    /// The number of the app that sends it.
    public var maker: Int64?

    /// When a filter ends.
    public enum End: Sendable, Hashable {
        case never
        case after(seconds: Int)
    }

    /// Leaves everything.
    public init() {}
}
