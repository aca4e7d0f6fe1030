// SPDX-License-Identifier: Apache-2.0

internal import IPAddresses
internal import Limits
internal import Model
internal import Synchronization
internal import Vocabulary

/// The rate limits of the inbox: token buckets for networks, signers and hosts.
///
/// The network of the client is counted before the body is read. A network from which a valid signature came within the
/// last hour is known and may send much more than others. The signer and its host are counted when the signature is
/// proved, because before that anybody could use up the tokens of others.
///
/// A rejected request is not stored, and servers repeat it later. The memory is bounded: each table forgets the least
/// recently used keys.
final class InboxLimits: Sendable {
    /// For a network from which no valid signature came lately: a new peer needs only a few requests to become known.
    static let unknownNetwork = RateLimitRule.steady(burst: 60, every: .seconds(1))
    /// For a known network: 50 requests a second.
    static let knownNetwork = RateLimitRule.steady(burst: 500, every: .milliseconds(20))
    /// For one host: 50 activities a second.
    static let host = RateLimitRule.steady(burst: 1_000, every: .milliseconds(20))
    /// For one signer: 20 activities a second. A large group relays about as many.
    static let signer = RateLimitRule.steady(burst: 300, every: .milliseconds(50))
    /// How long a network is known after a valid signature.
    private static let memory = Duration.hours(1)

    private let unknown = RateLimiter<CIDRBlock, Timestamp>(unknownNetwork, capacity: 4_096)
    private let known = RateLimiter<CIDRBlock, Timestamp>(knownNetwork, capacity: 4_096)
    private let hosts = RateLimiter<String, Timestamp>(host, capacity: 4_096)
    private let signers = RateLimiter<ID<Account>, Timestamp>(signer, capacity: 4_096)
    // A mutex is used instead of an actor, because each request needs it twice, for a short time.
    private let provedNetworks = Mutex(ExpiringCache<CIDRBlock, Void, Timestamp>(capacity: 4_096))

    /// Counts a request of this network.
    ///
    /// - Throws: `too_many_requests` when the network has sent too many.
    func admit(_ network: CIDRBlock, at now: Timestamp) throws(InboxRejection) {
        let isKnown = provedNetworks.withLock { $0.value(for: network, at: now) != nil }
        try Self.check((isKnown ? known : unknown).take(network, at: now))
    }

    /// Counts an activity whose signature is proved.
    ///
    /// - Throws: `too_many_requests` when the signer or its host has sent too many.
    func admit(_ signer: Account, from network: CIDRBlock?, at now: Timestamp) throws(InboxRejection) {
        if let network { provedNetworks.withLock { $0.insert((), for: network, until: now + Self.memory) } }
        try Self.check(signers.take(signer.id, at: now))
        try Self.check(hosts.take(signer.iri.authority, at: now))
    }

    private static func check(_ status: RateLimitStatus<Timestamp>) throws(InboxRejection) {
        guard !status.isAllowed else { return }
        throw .tooManyRequests(retryAfterSeconds: status.retryAfterSeconds)
    }
}
