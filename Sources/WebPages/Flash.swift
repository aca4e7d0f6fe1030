// SPDX-License-Identifier: Apache-2.0

internal import HTTPSupport
internal import Hummingbird
internal import Model

/// The message of one redirect. A cookie says that it was not shown yet, because the address stays in the history and is
/// shared: who opens it later must not read that something was done.
struct Flash: Sendable, Hashable {
    private static let cookie = "done"

    var message: FlashMessage
    /// The post to which the browser scrolls. The message is shown there.
    var post: ID<Post>?

    /// Returns the message that the page of a request shows.
    static func read(_ request: Request, _ query: Query, isSecure: Bool) -> Flash? {
        guard let name = query["done"], let kept = Cookies.read(cookie, request, secure: isSecure) else { return nil }
        let parts = kept.split(separator: ".", maxSplits: 1)
        guard parts.first.map(String.init) == name, let message = FlashMessage(rawValue: name) else { return nil }
        return Flash(message: message, post: parts.count > 1 ? ID<Post>(String(parts[1])) : nil)
    }

    /// The post of an anchor like `post-12`.
    static func post(atAnchor anchor: Substring) -> ID<Post>? {
        anchor.hasPrefix("post-") ? ID<Post>(String(anchor.dropFirst(5))) : nil
    }

    /// The `Set-Cookie` value that keeps the message for the next page.
    func header(isSecure: Bool) -> String {
        let post = post.map { ".\($0)" } ?? ""
        return Cookies.header(Self.cookie, message.rawValue + post, maxAge: .seconds(60), secure: isSecure)
    }

    /// The `Set-Cookie` value that forgets the message, for the page that shows it.
    static func forget(isSecure: Bool) -> String { Cookies.header(cookie, "", maxAge: .zero, secure: isSecure) }

    /// What distinguishes a page with a message from the same page without, for the cache of pages.
    static func cacheKey(_ request: Request, isSecure: Bool) -> String {
        Cookies.read(cookie, request, secure: isSecure) ?? ""
    }
}
