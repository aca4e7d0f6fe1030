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
public struct InboxGate: Sendable {
    /// How large a body may be.
    public static let limitBytes = 1_048_576

    private let federation: Federation
    private let verifier: Verifier
    private let intake: InboxIntake
    private let policies: HostPolicies
    private let signers = SignerCache()
    private let inquiries = KeyInquiries()

    /// - Parameters:
    ///   - federation: the parts it works with.
    ///   - policies: what was decided about hosts; the same for what goes out.
    public init(_ federation: Federation, policies: HostPolicies) {
        self.federation = federation
        self.policies = policies
        let origin = federation.identifiers.origin
        verifier = Verifier(authority: origin.authority, scheme: origin.scheme)
        intake = InboxIntake(database: federation.database)
    }

    /// Takes an activity in: when this returns, it is stored.
    ///
    /// - Returns: whether it is new; a duplicate is welcome and has no second effect.
    /// - Throws: why it is turned away; nothing was changed.
    public func accept(
        _ head: RequestHead, mediaType: String?, body: [UInt8]
    ) async throws(GateRefusal) -> Bool {
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
    public func signer(of head: RequestHead) async throws(GateRefusal) -> Account {
        let signature = try parse(head, body: nil)
        return try await provenSigner(signature).account
    }

    private func admit(_ head: RequestHead, mediaType: String?, body: [UInt8]) async throws(GateRefusal) -> Bool {
        guard ActivityMediaType.matches(mediaType) else { throw .wrongMediaType }
        guard body.count <= Self.limitBytes else { throw .tooLarge }
        let signature = try parse(head, body: body)
        let activity = try read(body)
        try await checkPolicy(host: activity.actor.authority)
        if let keyHost = IRI(signature.keyID)?.authority { try await checkPolicy(host: keyHost) }
        if try await isFarewellOfStranger(activity) { return false }
        let (key, account) = try await provenSigner(signature)
        guard key.actor == activity.actor else { throw .signerIsNotActor }
        try Authority.checkClaims(activity, identifiers: federation.identifiers)
        guard account.isActive else { throw .actorSuspended }
        return try await store(activity, signature: signature, key: key, body: body)
    }

    private func parse(_ head: RequestHead, body: [UInt8]?) throws(GateRefusal) -> ParsedSignature {
        let now = federation.clock.now.milliseconds
        let signature: ParsedSignature
        do {
            signature = try verifier.parse(head, body: body, now: now)
        } catch {
            throw GateRefusal(error)
        }
        guard let keyID = IRI(signature.keyID), !federation.identifiers.isLocal(keyID) else {
            throw GateRefusal(.badKeyID)
        }
        return signature
    }

    private func read(_ body: [UInt8]) throws(GateRefusal) -> ActivityDocument {
        let json: JSON
        do {
            json = try JSON.parse(body)
        } catch {
            throw GateRefusal(error)
        }
        guard let document = Document(json) else { throw .malformedActivity }
        do {
            return try ActivityDocument(document)
        } catch {
            throw .malformedActivity
        }
    }

    private func checkPolicy(host: String) async throws(GateRefusal) {
        do {
            guard try await policies.admits(host) else {
                throw federation.community.mode == .off ? GateRefusal.federationOff : GateRefusal.hostBlocked
            }
        } catch let refusal as GateRefusal {
            throw refusal
        } catch {
            throw .overloaded
        }
    }

    /// A stranger that says it is gone, or one who said it before: there is nothing of it here, so there is nothing to
    /// prove or to do.
    private func isFarewellOfStranger(_ activity: ActivityDocument) async throws(GateRefusal) -> Bool {
        guard activity.type == "Delete", activity.object?.id == activity.actor else { return false }
        do {
            return try await federation.database.read { db in
                try Accounts.byIRI(activity.actor, in: db).map { $0.deletedAt != nil } ?? true
            }
        } catch {
            throw .overloaded
        }
    }

    /// The owner of the key with which the request was really signed.
    private func provenSigner(
        _ signature: ParsedSignature
    ) async throws(GateRefusal) -> (key: StoredKey, account: Account) {
        let now = federation.clock.now
        if let known = signers.signer(signature.keyID, at: now), verifies(signature, pem: known.key.publicPEM) {
            return known
        }
        let key = try await verifiedKey(signature)
        let account = try await account(key.account)
        signers.keep(key, of: account, at: now)
        return (key, account)
    }

    private func verifiedKey(_ signature: ParsedSignature) async throws(GateRefusal) -> StoredKey {
        let known = try await knownKey(signature.keyID)
        if verifies(signature, pem: known.publicPEM) { return known }
        // The key may have been renewed: ask its owner once, but not more often than every five minutes.
        let now = federation.clock.now
        guard known.fetchedAt + ActorResolver.keyRefreshPause < now else { throw GateRefusal(.badSignature) }
        let actors = federation.actors
        do throws(Refusal) {
            let fresh = try await inquiries.ask(signature.keyID, at: now) { () async throws(Refusal) in
                try await actors.refreshKey(signature.keyID)
            }
            if verifies(signature, pem: fresh.publicPEM) { return fresh }
        } catch {
            throw GateRefusal(.badSignature)
        }
        throw GateRefusal(.badSignature)
    }

    /// The key as we have it, else as its owner shows it.
    private func knownKey(_ keyID: String) async throws(GateRefusal) -> StoredKey {
        let actors = federation.actors
        do {
            if let known = try await federation.database.read({ db in try Keys.publicKey(keyID, in: db) }) {
                return known
            }
        } catch {
            throw .overloaded
        }
        do throws(Refusal) {
            return try await inquiries.ask(keyID, at: federation.clock.now) { () async throws(Refusal) in
                try await actors.key(keyID)
            }
        } catch {
            throw GateRefusal(fetching: error)
        }
    }

    private func verifies(_ signature: ParsedSignature, pem: String) -> Bool {
        guard let key = KeyCache.shared.publicKey(pem: pem) else { return false }
        return verifier.verify(signature, key: key)
    }

    private func account(_ id: ID<Account>) async throws(GateRefusal) -> Account {
        do {
            guard let account = try await federation.database.read({ db in try Accounts.byID(id, in: db) }) else {
                throw GateRefusal.keyNotFound
            }
            return account
        } catch let refusal as GateRefusal {
            throw refusal
        } catch {
            throw .overloaded
        }
    }

    private func store(
        _ activity: ActivityDocument, signature: ParsedSignature, key: StoredKey, body: [UInt8]
    ) async throws(GateRefusal) -> Bool {
        let now = federation.clock.now
        // An activity without an id is known by its bytes.
        let id = activity.id ?? activity.actor.withoutFragment.withFragment(Hexadecimal.encode(Hash.sha256(body)))
        let received = ReceivedActivity(
            id: federation.ids.make(at: now), activity: id, type: String(activity.type.prefix(60)),
            signer: key.account, keyID: key.keyID, body: String(decoding: body, as: UTF8.self), receivedAt: now)
        do {
            return try await intake.store(received, signature: signature.identity)
        } catch {
            throw .overloaded
        }
    }
}

/// The media types in which an ActivityPub document may come.
public enum ActivityMediaType {
    /// What we send.
    public static let activity = "application/activity+json"
    private static let profile = "https://www.w3.org/ns/activitystreams"

    /// Whether a `Content-Type` names one: `application/activity+json`, or `application/ld+json` whose profile says
    /// ActivityStreams. Spec: ActivityPub §3.2, §7.
    public static func matches(_ value: String?) -> Bool {
        guard let value, value.utf8.count < 1_000 else { return false }
        let parts = value.split(separator: ";").map { $0.trimmingSpaces.lowercased() }
        guard let type = parts.first else { return false }
        if type == activity { return true }
        return type == "application/ld+json"
            && parts.dropFirst().contains { part in
                guard part.hasPrefix("profile=") else { return false }
                let value = part.dropFirst(8).filter { $0 != "\"" }
                return value.split(separator: " ").contains { $0 == profile }
            }
    }
}
