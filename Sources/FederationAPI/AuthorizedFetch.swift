// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
internal import HTTPSignatures
internal import HTTPSupport
internal import HTTPTypes
internal import Hummingbird
internal import IPAddresses
internal import Model
internal import Storage
internal import Vocabulary

/// Finds the actor that signed a GET request.
///
/// A request for an object that the signer may not read gets the same response as a request for an object that does not
/// exist. So an invalid signature counts as no signature.
struct AuthorizedFetch: Sendable {
    let authenticator: InboxAuthenticator
    let federation: Federation
    private let policies: HostPolicies

    init(authenticator: InboxAuthenticator, federation: Federation) {
        self.authenticator = authenticator
        self.federation = federation
        policies = HostPolicies(database: federation.database, mode: federation.community.mode)
    }

    /// The actor whose key signed the request.
    ///
    /// - Returns: nil without a valid signature, for a host that the policies do not admit, and for an actor that is
    ///   suspended or deleted.
    func signer(of request: Request, _ context: NodeContext) async -> Account? {
        let client = context.remoteAddress.flatMap { IPAddress($0) }
        guard isSigned(request), let signer = try? await authenticator.signer(of: head(of: request), from: client),
            (try? await policies.admits(signer.host)) == true
        else { return nil }
        // the authenticator may have cached the signer some time ago. One more query is cheap here.
        let id = signer.id
        let account = try? await federation.database.read { db in try Accounts.byID(id, in: db) }
        guard let account, account.isActive else { return nil }
        return account
    }

    /// The host that a signed request claims to come from; nil for a request without a signature.
    func claimedHost(of request: Request) -> String? {
        isSigned(request) ? authenticator.claimedHost(of: head(of: request)) : nil
    }

    private func isSigned(_ request: Request) -> Bool {
        request.headers.contains(Self.signature) || request.headers.contains(Self.signatureInput)
    }

    /// The parts of a request that a signature covers: the target as it was received, and the authority of the
    /// settings.
    func head(of request: Request) -> RequestHead {
        let origin = federation.identifiers.origin
        var headers: [(name: String, value: String)] = []
        headers.reserveCapacity(request.headers.count + 1)
        // The first `Host` is separate from the other fields. A second one is among them and is rejected later.
        if let host = request.head.authority { headers.append((name: "host", value: host)) }
        for field in request.headers { headers.append((name: field.name.canonicalName, value: field.value)) }
        return RequestHead(
            method: request.method.rawValue, target: request.head.path ?? "", authority: origin.authority,
            scheme: origin.scheme, headers: headers)
    }

    private static let signature = HTTPField.Name("signature") ?? .from
    private static let signatureInput = HTTPField.Name("signature-input") ?? .from
}
