// SPDX-License-Identifier: Apache-2.0

internal import IPAddresses
internal import NIOCore
internal import Synchronization

/// Counts the open connections, in total and by client network, and decides whether one more is accepted.
///
/// The process must never use its last file descriptor: the run-time library ends the process when it cannot open a
/// file. A connection above a limit is closed at once, because a response would keep its descriptor in use.
///
/// When all connections are in use, a new one takes the place of the oldest one that has not sent a request yet. So
/// nobody shuts others out with connections that say nothing.
final class OpenConnections: Sendable {
    private struct State {
        var total = 0
        var ofNetwork: [CIDRBlock: Int] = [:]
        /// The connections that have not sent a request, by their number in the order of their arrival.
        var silent: [UInt64: any Channel] = [:]
        var lastNumber: UInt64 = 0
    }

    /// How many connections may exist above the limit for the short time until those whose places they took are closed.
    private static let margin = 8

    private let limits: ConnectionLimits
    // This is a mutex, not an actor, because the decision is made on the event loop of the connection.
    private let state = Mutex(State())

    init(_ limits: ConnectionLimits) {
        self.limits = limits
    }

    /// Counts a connection until it is closed.
    ///
    /// - Returns: the number of the connection, for ``spoke(_:)``; nil when it may not stay open. Then it was not counted.
    func admit(_ channel: any Channel) -> UInt64? {
        let network = Self.network(of: channel)
        let (number, displaced) = state.withLock { state -> (UInt64?, (any Channel)?) in
            let count = network.map { state.ofNetwork[$0, default: 0] }
            if let network, let count, count >= limit(of: network) { return (nil, nil) }
            var displaced: (any Channel)?
            if state.total >= limits.connections {
                guard state.total < limits.connections + Self.margin, let oldest = state.silent.keys.min() else {
                    return (nil, nil)
                }
                displaced = state.silent.removeValue(forKey: oldest)
            }
            if let network, let count { state.ofNetwork[network] = count + 1 }
            state.total += 1
            state.lastNumber += 1
            state.silent[state.lastNumber] = channel
            return (state.lastNumber, displaced)
        }
        displaced?.close(promise: nil)
        if let number { channel.closeFuture.whenComplete { [self] _ in leave(number, network) } }
        return number
    }

    /// Notes that a connection has sent a request. From now on it keeps its place until it is closed.
    func spoke(_ number: UInt64) {
        state.withLock { state in _ = state.silent.removeValue(forKey: number) }
    }

    private func leave(_ number: UInt64, _ network: CIDRBlock?) {
        state.withLock { state in
            state.silent[number] = nil
            state.total -= 1
            guard let network, let count = state.ofNetwork[network] else { return }
            state.ofNetwork[network] = count > 1 ? count - 1 : nil
        }
    }

    private func limit(of network: CIDRBlock) -> Int {
        let isNear = limits.proxies.contains { $0.contains(network.base) }
        return isNear ? max(limits.perNetwork, limits.connections * 3 / 4) : limits.perNetwork
    }

    /// The network of the client; nil for a UNIX domain socket.
    private static func network(of channel: any Channel) -> CIDRBlock? {
        channel.remoteAddress?.ipAddress.flatMap { IPAddress($0) }?.subscriber
    }
}
