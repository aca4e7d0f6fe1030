// SPDX-License-Identifier: Apache-2.0

internal import Database
public import HTTPSignatures
public import IPAddresses
public import Model
internal import Storage
internal import Telemetry
internal import TextEncoding
internal import Vocabulary

// Checks a request to the inbox. The checks run in this order, because each one is cheaper than the next:
//
//  0. The rate limit of the client's network, before the body is read (`admit`).
//  1. The request alone: media type, size, the form and coverage of the signature, the digest, the date.
//  2. The text of the body: valid JSON, a type, and an id and an actor of the same origin.
//  3. The policy for the host, before anything is fetched for an unknown sender.
//  4. The key, which is read from the database or fetched from its id, and the signature itself.
//  5. The rate limits of the signer and its host. The key's owner must be the activity's actor. The
//     owner's row is passed on with the activity.
//  6. On a node in quarantine, the activity of an unknown host is stored as held: it has no effect until a moderator
//     decides about the host.
//  7. One write stores the signature and the activity. Only then the response is `202`.

/// Accepts an activity, or rejects it with a reason.
public struct InboxAuthenticator: Sendable {
    /// The largest size of a request body, in bytes.
    public static let limitBytes = 1_048_576
    /// The largest size of a request body whose signer is unknown here, in bytes.
    static let strangerLimitBytes = 262_144

    private let federation: Federation
    private let verifier: Verifier
    private let intake: InboxIntake
    private let policies: HostPolicies
    private let signers: RequestSigners
    private let limits: InboxLimits?

    /// - Parameters:
    ///   - federation: the parts that it uses.
    ///   - policies: the policies for hosts. Outgoing requests use the same ones.
    ///   - isLimited: whether the rate limits of networks, signers and hosts are on.
    public init(_ federation: Federation, policies: HostPolicies, isLimited: Bool = true) {
        self.federation = federation
        self.policies = policies
        let origin = federation.identifiers.origin
        verifier = Verifier(authority: origin.authority, scheme: origin.scheme)
        signers = RequestSigners(federation, verifier: verifier)
        intake = InboxIntake(database: federation.database)
        limits = isLimited ? InboxLimits() : nil
    }

    /// Counts a request against the rate limit of its network. It is called before the body is read.
    ///
    /// - Parameter client: the address of the client; a request without an address is not counted.
    /// - Throws: `too_many_requests`.
    public func admit(_ client: IPAddress?) throws(InboxRejection) {
        guard let limits, let client else { return }
        do {
            try limits.admit(client.network, at: federation.clock.now)
        } catch {
            federation.counters.count("inbox.refused.\(error.code)")
            throw error
        }
    }

    /// Accepts an activity. It is stored when this function returns.
    ///
    /// - Parameter client: the address of the client, for the rate limits.
    /// - Returns: whether the activity is new. A duplicate is accepted and has no second effect.
    /// - Throws: the reason of the rejection. Then nothing was stored.
    public func accept(
        _ head: RequestHead, mediaType: String?, body: [UInt8], from client: IPAddress? = nil
    ) async throws(InboxRejection) -> Bool {
        do {
            let isNew = try await admit(head, mediaType: mediaType, body: body, from: client?.network)
            federation.counters.count(isNew ? "inbox.accepted" : "inbox.duplicate")
            return isNew
        } catch {
            federation.counters.count("inbox.refused.\(error.code)")
            throw error
        }
    }

    /// Returns the account that signed a `GET`. It is used for objects that only followers may read.
    public func signer(of head: RequestHead, from client: IPAddress? = nil) async throws(InboxRejection) -> Account {
        let signature = try parse(head, body: nil)
        return try await signers.prove(signature, from: client?.network).account
    }

    /// Returns the host that a signed `GET` claims to come from. Nothing is verified and nothing is fetched.
    public func claimedHost(of head: RequestHead) -> String? {
        (try? parse(head, body: nil)).flatMap { IRI($0.keyID)?.authority }
    }

    private func admit(
        _ head: RequestHead, mediaType: String?, body: [UInt8], from network: CIDRBlock?
    ) async throws(InboxRejection) -> Bool {
        guard ActivityMediaType.matches(mediaType) || ActivityMediaType.isLinkedDataWithoutProfile(mediaType) else {
            throw .wrongMediaType
        }
        guard body.count <= Self.limitBytes else { throw .tooLarge }
        let signature = try parse(head, body: body)
        let activity = try read(body)
        try await checkPolicy(host: activity.actor.authority)
        if let keyHost = IRI(signature.keyID)?.authority { try await checkPolicy(host: keyHost) }
        if try await isDeleteOfUnknownActor(activity) { return false }
        if body.count > Self.strangerLimitBytes, try await !signers.isKnown(signature.keyID) { throw .tooLarge }
        let (key, account) = try await signers.prove(signature, from: network, holding: body.count)
        try limits?.admit(account, from: network, at: federation.clock.now)
        guard key.actor == activity.actor else { throw .signerIsNotActor }
        try Authority.checkClaims(activity, identifiers: federation.identifiers)
        guard account.isActive else { throw .actorSuspended }
        let hosts = [account.iri, account.inbox, account.sharedInbox].compactMap { $0?.authority }
        let held = try await heldHost(of: activity)
        return try await store(
            activity, signature: signature, key: key, body: body, from: Set(hosts), heldFor: held)
    }

    /// The host for which the activity is held; nil when it is processed at once.
    ///
    /// A response to our own request is never held: a member asked for it. (`Accept{Event}` is a request.)
    private func heldHost(of activity: ActivityDocument) async throws(InboxRejection) -> String? {
        let host = activity.actor.authority
        do {
            guard try await policies.holds(host) else { return nil }
            if ["Accept", "TentativeAccept", "Reject"].contains(activity.type), let request = activity.object?.id,
                case .activity? = federation.identifiers.parse(request)
            {
                return nil
            }
            guard try await federation.database.read({ db in try HeldActivities.hasRoom(for: host, in: db) }) else {
                throw InboxRejection.overloaded
            }
            return host
        } catch let refusal as InboxRejection {
            throw refusal
        } catch {
            throw .overloaded
        }
    }

    private func parse(_ head: RequestHead, body: [UInt8]?) throws(InboxRejection) -> ParsedSignature {
        let now = federation.clock.now.milliseconds
        let signature: ParsedSignature
        do {
            signature = try verifier.parse(head, body: body, now: now)
        } catch {
            throw InboxRejection(error)
        }
        guard let keyID = IRI(signature.keyID), !federation.identifiers.isLocal(keyID) else {
            throw InboxRejection(.badKeyID)
        }
        return signature
    }

    private func read(_ body: [UInt8]) throws(InboxRejection) -> ActivityDocument {
        do {
            guard let activity = try federation.parse(body) else { throw InboxRejection.malformedActivity }
            return activity
        } catch let error as JSONError {
            throw InboxRejection(error)
        } catch {
            throw .malformedActivity
        }
    }

    private func checkPolicy(host: String) async throws(InboxRejection) {
        do {
            guard try await policies.admits(host) else {
                throw federation.community.mode == .off ? InboxRejection.federationOff : InboxRejection.hostBlocked
            }
        } catch let refusal as InboxRejection {
            throw refusal
        } catch {
            throw .overloaded
        }
    }

    /// Whether the activity is a `Delete` of an unknown or deleted actor by itself. Nothing of this actor is stored
    /// here, so there is nothing to prove or to delete.
    private func isDeleteOfUnknownActor(_ activity: ActivityDocument) async throws(InboxRejection) -> Bool {
        guard activity.type == "Delete", activity.object?.id == activity.actor else { return false }
        do {
            return try await federation.database.read { db in
                try Accounts.byIRI(activity.actor, in: db).map { $0.deletedAt != nil } ?? true
            }
        } catch {
            throw .overloaded
        }
    }

    private func store(
        _ activity: ActivityDocument, signature: ParsedSignature, key: StoredKey, body: [UInt8],
        from hosts: Set<String>, heldFor held: String?
    ) async throws(InboxRejection) -> Bool {
        let now = federation.clock.now
        // An activity without an id is identified by the hash of its body.
        let digest = Hash.sha256(body)
        let id = activity.id ?? activity.actor.withoutFragment.withFragment(Hexadecimal.encode(digest))
        var received = ReceivedActivity(
            id: federation.ids.make(at: now), activity: id, type: String(activity.type.prefix(60)),
            signer: key.account, keyID: key.keyID, body: String(decoding: body, as: UTF8.self), receivedAt: now)
        received.digest = digest
        received.mayRepeat = RepeatedActivities.types.contains(activity.type)
        received.heldFor = held
        let accepted = received
        // The activity is kept before the row is stored, because the processor may lease the row before this function
        // continues.
        if held == nil { federation.parsed.keep(activity, of: received.id, bytes: body.count, at: now) }
        do {
            let isNew = try await intake.store(accepted, signature: signature.identity, from: hosts)
            if !isNew { federation.parsed.drop(received.id) }
            return isNew
        } catch {
            federation.parsed.drop(received.id)
            throw .overloaded
        }
    }
}
