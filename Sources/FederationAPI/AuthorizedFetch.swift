// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import Federation
internal import HTTPSignatures
internal import HTTPTypes
internal import Hummingbird
internal import Model
internal import Storage
internal import Vocabulary

/// Who asks, when the request is signed.
///
/// Whoever may not see something gets the same answer as for something that is not there, so a signature that does not
/// hold counts as none.
struct AuthorizedFetch: Sendable {
    let gate: InboxGate
    let federation: Federation
    private let policies: HostPolicies

    init(gate: InboxGate, federation: Federation) {
        self.gate = gate
        self.federation = federation
        policies = HostPolicies(database: federation.database, mode: federation.community.mode)
    }

    /// The actor whose key signed the request; nil for a stranger, and for one with whom this node does not speak.
    func signer(of request: Request) async -> Account? {
        let isSigned = request.headers.contains(Self.signature) || request.headers.contains(Self.signatureInput)
        guard isSigned, let signer = try? await gate.signer(of: head(of: request)),
            (try? await policies.admits(signer.host)) == true
        else { return nil }
        // The gate may remember the signer from a while ago; here one look more costs nothing.
        let id = signer.id
        let account = try? await federation.database.read { db in try Accounts.byID(id, in: db) }
        guard let account, account.isActive else { return nil }
        return account
    }

    /// The part of a request that a signature covers: the target as it came, the authority as it is configured.
    func head(of request: Request) -> RequestHead {
        let origin = federation.identifiers.origin
        var headers: [(name: String, value: String)] = []
        headers.reserveCapacity(request.headers.count + 1)
        // The first `Host` stands apart from the other fields; a second one is among them and is refused later.
        if let host = request.head.authority { headers.append((name: "host", value: host)) }
        for field in request.headers { headers.append((name: field.name.canonicalName, value: field.value)) }
        return RequestHead(
            method: request.method.rawValue, target: request.head.path ?? "", authority: origin.authority,
            scheme: origin.scheme, headers: headers)
    }

    private static let signature = HTTPField.Name("signature") ?? .from
    private static let signatureInput = HTTPField.Name("signature-input") ?? .from
}
