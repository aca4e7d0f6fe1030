// SPDX-License-Identifier: Apache-2.0

internal import IPAddresses
internal import NIOCore
internal import Synchronization

/// Counts the open connections, in total and by client network, and decides whether one more is accepted.
///
/// The process must never use its last file descriptor: the run-time library ends the process when it cannot open a
/// file. A connection above a limit is closed at once, because a response would keep its descriptor in use.
final class OpenConnections: Sendable {
    private struct State {
        var total = 0
        var ofNetwork: [CIDRBlock: Int] = [:]
    }

    private let limits: ConnectionLimits
    // This is a mutex, not an actor, because the decision is made on the event loop of the connection.
    private let state = Mutex(State())

    init(_ limits: ConnectionLimits) {
        self.limits = limits
    }

    /// Counts a connection until it is closed.
    ///
    /// - Returns: whether the connection may stay open. When it may not, it was not counted.
    func admit(_ channel: any Channel) -> Bool {
        let network = Self.network(of: channel)
        let isAdmitted = state.withLock { state in
            guard state.total < limits.connections else { return false }
            if let network {
                let count = state.ofNetwork[network, default: 0]
                guard count < limit(of: network) else { return false }
                state.ofNetwork[network] = count + 1
            }
            state.total += 1
            return true
        }
        if isAdmitted { channel.closeFuture.whenComplete { [self] _ in leave(network) } }
        return isAdmitted
    }

    private func leave(_ network: CIDRBlock?) {
        state.withLock { state in
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
