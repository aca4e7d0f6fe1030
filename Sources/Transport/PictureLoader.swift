// SPDX-License-Identifier: Apache-2.0

public import Vocabulary

/// Fetches small pictures of other servers, such as custom emoji. Requests are not signed.
///
/// Each hop is checked like every outgoing request, and its host must be admitted.
public struct PictureLoader: Sendable {
    private static let redirectLimit = 3

    private let client: OutboundClient
    private let admits: SignedDocumentLoader.Admission

    /// - Parameter admits: called for every hop.
    public init(client: OutboundClient, admits: @escaping SignedDocumentLoader.Admission) {
        self.client = client
        self.admits = admits
    }

    /// The bytes at an address. Nobody has looked into them yet.
    ///
    /// - Parameters:
    ///   - limitBytes: the largest size.
    ///   - deadline: covers all hops.
    public func load(
        _ address: IRI, limitBytes: Int, deadline: ContinuousClock.Instant
    ) async throws(FetchError) -> [UInt8] {
        var address = address
        for _ in 0...Self.redirectLimit {
            guard await admits(address.authority) else { throw .blockedHost }
            let response = try await client.get(
                address.withoutFragment, headers: [(name: "accept", value: "image/*")], for: .thread,
                limitBytes: limitBytes, deadline: deadline)
            guard Redirect.statuses.contains(response.status) else {
                guard (200..<300).contains(response.status) else { throw Self.error(response.status) }
                return response.body
            }
            guard let location = response.headers["location"], let next = Redirect.target(location, from: address)
            else { throw .malformed }
            guard next.scheme == "https" || address.scheme == "http" else { throw .tooManyRedirects }
            address = next
        }
        throw .tooManyRedirects
    }

    private static func error(_ status: Int) -> FetchError {
        switch status {
        case 404: .notFound
        case 410: .gone
        case 400..<500: .refused(status: status)
        default: .unavailable(status: status)
        }
    }
}
