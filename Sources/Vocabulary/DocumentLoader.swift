// SPDX-License-Identifier: Apache-2.0

/// A document that was fetched from another server.
public struct RemoteDocument: Sendable, Hashable {
    /// The address after redirects; its origin is the server that vouches for the document.
    public let finalURL: IRI
    /// The fetched document.
    public let document: Document

    /// A document that was served at `finalURL`.
    public init(finalURL: IRI, document: Document) {
        self.finalURL = finalURL
        self.document = document
    }
}

/// The interface for fetching documents of other servers; tests implement it with a dictionary.
///
/// A loader checks the address, the media type, the size and the redirects. The caller checks whether the document may
/// be believed (its `id` and its owner).
public protocol DocumentLoader: Sendable {
    /// The same loader for another purpose. A loader that does not tell purposes apart returns itself.
    func serving(_ purpose: FetchPurpose) -> any DocumentLoader

    /// Fetches the document at `id`.
    func load(_ id: IRI) async throws(FetchError) -> RemoteDocument

    /// Fetches the WebFinger document of `host` about `acct:name@host`.
    func webfinger(_ name: String, host: String) async throws(FetchError) -> JSON

    /// Fetches the NodeInfo document of `host`, given with its port if any.
    func nodeInfo(of host: String) async throws(FetchError) -> JSON
}

extension DocumentLoader {
    /// Returns this loader itself.
    public func serving(_ purpose: FetchPurpose) -> any DocumentLoader { self }

    /// Says that there is no such document.
    public func nodeInfo(of host: String) async throws(FetchError) -> JSON { throw .notFound }
}

/// What a request to another server is made for.
///
/// The number of requests that run at the same time is limited for each purpose separately. So requests that strangers
/// cause cannot delay what a member waits for, and neither of them can delay deliveries.
public enum FetchPurpose: Hashable, Sendable, CaseIterable {
    /// The key of an actor whose signature is not proved yet.
    case strangersKey
    /// Objects and actors that an accepted activity is about, such as the posts above a reply.
    case thread
    /// What a member waits for, such as a search for an address.
    case member
    /// The delivery of an activity. No document is fetched.
    case delivery
    /// A notification to the push service of an app. No document is fetched.
    case push
}

/// Why a document could not be fetched. Each case tells the caller what to do next.
public enum FetchError: Error, Equatable, Sendable {
    /// The address is private, loopback or otherwise forbidden for outgoing requests.
    case forbiddenAddress(host: String)
    /// The owner says that the document was deleted (410). Do not retry.
    case gone
    /// There is nothing at the address (404).
    case notFound
    /// The server could not respond now; `status` is `nil` when there was no response at all. Retry later.
    case unavailable(status: Int?)
    /// The response is larger than `limit` bytes.
    case tooLarge(limit: Int)
    /// The response has another media type, for example HTML.
    case wrongMediaType(String)
    /// The response is not a document that we can parse.
    case malformed
    /// There were too many redirects, or a redirect led to another origin.
    case tooManyRedirects
    /// The server refused the request, for example with 401 or 403.
    case refused(status: Int)
    /// The host is blocked on this server.
    case blockedHost
}
