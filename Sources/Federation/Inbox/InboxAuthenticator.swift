// SPDX-License-Identifier: Apache-2.0

internal import Database
public import HTTPSignatures
public import Model
internal import Storage
internal import Telemetry
internal import TextEncoding
internal import Vocabulary

// May this enter? The order of the questions is the point:
//
//  1. What needs no key and no row: media type, size, the form and coverage of the signature, the digest, the date.
//  2. What needs only the text: JSON, a type, an id and an actor that belong together.
//  3. Host policy, before anything is fetched for a stranger.
//  4. The key: known, or fetched from where its id says; then the signature itself.
//  5. The key's owner is the activity's actor. From here on the signer is a row, and travels with the activity.
//  6. One write: the signature is remembered, the activity stored. Only then `202`.

/// Lets an activity in, or says why not.
public struct InboxAuthenticator: Sendable {
    /// How large a body may be.
    public static let limitBytes = 1_048_576

    private let federation: Federation
    private let verifier: Verifier
    private let intake: InboxIntake
    private let policies: HostPolicies
    private let signers: RequestSigners

    /// - Parameters:
    ///   - federation: the parts it works with.
    ///   - policies: what was decided about hosts; the same for what goes out.
    public init(_ federation: Federation, policies: HostPolicies) {
        self.federation = federation
        self.policies = policies
        let origin = federation.identifiers.origin
        verifier = Verifier(authority: origin.authority, scheme: origin.scheme)
        signers = RequestSigners(federation, verifier: verifier)
        intake = InboxIntake(database: federation.database)
    }

    /// Takes an activity in: when this returns, it is stored.
    ///
    /// - Returns: whether it is new; a duplicate is welcome and has no second effect.
    /// - Throws: why it is turned away; nothing was changed.
    public func accept(
        _ head: RequestHead, mediaType: String?, body: [UInt8]
    ) async throws(InboxRejection) -> Bool {
        do {
            let isNew = try await admit(head, mediaType: mediaType, body: body)
            federation.counters.count(isNew ? "inbox.accepted" : "inbox.duplicate")
            return isNew
        } catch {
            federation.counters.count("inbox.refused.\(error.code)")
            throw error
        }
    }

    /// Proves who signed a `GET`: for what is shown to followers only.
    public func signer(of head: RequestHead) async throws(InboxRejection) -> Account {
        let signature = try parse(head, body: nil)
        return try await signers.prove(signature).account
    }

    private func admit(_ head: RequestHead, mediaType: String?, body: [UInt8]) async throws(InboxRejection) -> Bool {
        guard ActivityMediaType.matches(mediaType) else { throw .wrongMediaType }
        guard body.count <= Self.limitBytes else { throw .tooLarge }
        let signature = try parse(head, body: body)
        let activity = try read(body)
        try await checkPolicy(host: activity.actor.authority)
        if let keyHost = IRI(signature.keyID)?.authority { try await checkPolicy(host: keyHost) }
        if try await isDeleteOfUnknownActor(activity) { return false }
        let (key, account) = try await signers.prove(signature)
        guard key.actor == activity.actor else { throw .signerIsNotActor }
        try Authority.checkClaims(activity, identifiers: federation.identifiers)
        guard account.isActive else { throw .actorSuspended }
        return try await store(activity, signature: signature, key: key, body: body)
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

    /// A stranger that says it is gone, or one who said it before: there is nothing of it here, so there is nothing to
    /// prove or to do.
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
        _ activity: ActivityDocument, signature: ParsedSignature, key: StoredKey, body: [UInt8]
    ) async throws(InboxRejection) -> Bool {
        let now = federation.clock.now
        // An activity without an id is known by its bytes.
        let id = activity.id ?? activity.actor.withoutFragment.withFragment(Hexadecimal.encode(Hash.sha256(body)))
        let received = ReceivedActivity(
            id: federation.ids.make(at: now), activity: id, type: String(activity.type.prefix(60)),
            signer: key.account, keyID: key.keyID, body: String(decoding: body, as: UTF8.self), receivedAt: now)
        // Kept before it is stored: the processor may have it in hand before this function goes on.
        federation.parsed.keep(activity, of: received.id, bytes: body.count, at: now)
        do {
            let isNew = try await intake.store(received, signature: signature.identity)
            if !isNew { federation.parsed.drop(received.id) }
            return isNew
        } catch {
            federation.parsed.drop(received.id)
            throw .overloaded
        }
    }
}
