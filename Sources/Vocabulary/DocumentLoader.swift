// SPDX-License-Identifier: Apache-2.0

/// A document as another server served it.
public struct RemoteDocument: Sendable, Hashable {
    /// The address after redirects, which shows whose word the document is.
    public let finalURL: IRI
    /// What was served.
    public let document: Document

    /// An answer from `finalURL`.
    public init(finalURL: IRI, document: Document) {
        self.finalURL = finalURL
        self.document = document
    }
}

/// The only way to other servers' documents; a test puts a dictionary behind it.
///
/// A loader has checked the address, the media type, the size and the redirects. Whether the document may be believed
/// (its `id`, its owner) is for the caller to check.
public protocol DocumentLoader: Sendable {
    /// The document at `id`.
    func load(_ id: IRI) async throws(FetchError) -> RemoteDocument

    /// The WebFinger answer of `host` about `acct:name@host`.
    func webfinger(_ name: String, host: String) async throws(FetchError) -> JSON
}

/// Why a document could not be had; each case tells what to do next.
public enum FetchError: Error, Equatable, Sendable {
    /// The address is private, loopback or otherwise not for us to call.
    case forbiddenAddress(host: String)
    /// The owner says that it was deleted (410). Do not ask again.
    case gone
    /// There is nothing at the address (404).
    case notFound
    /// The owner could not answer now; `nil` when there was no answer at all. Ask again later.
    case unavailable(status: Int?)
    /// The answer is larger than `limit` bytes.
    case tooLarge(limit: Int)
    /// The answer is of another kind, for example a page for people.
    case wrongMediaType(String)
    /// The answer is not a document that we read.
    case malformed
    /// The answer led on too many times, or away from its origin.
    case tooManyRedirects
    /// The owner refused us, for example with 401 or 403.
    case refused(status: Int)
    /// We do not talk to the host.
    case blockedHost
}
