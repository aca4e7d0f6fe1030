// SPDX-License-Identifier: Apache-2.0

internal import IPAddresses
internal import Limits
internal import NIOCore
internal import NIOPosix

#if canImport(Glibc)
internal import Glibc
#else
internal import Musl
#endif

/// Resolves names to addresses. `getaddrinfo` blocks, so it runs neither on an event loop nor on a cooperative thread.
///
/// Callers that ask for the same name share one look-up. A result is kept for a minute, a failure for ten seconds. A
/// waiting caller returns when its task is cancelled, although the look-up itself cannot be stopped.
actor Resolver {
    /// Looks up a name. Tests replace it.
    typealias LookUp = @Sendable (String) throws -> [IPAddress]

    private static let openLimit = 1024

    private let threads: NIOThreadPool
    private let lookUp: LookUp
    private let lifetime: Duration
    private var answers = ExpiringCache<String, [IPAddress], ContinuousClock.Instant>(capacity: 4_096)
    private var waiting: [String: [Int: CheckedContinuation<[IPAddress], any Error>]] = [:]
    private var lastTicket = 0

    init(threadCount: Int, lifetime: Duration = .seconds(60), lookUp: @escaping LookUp) {
        threads = NIOThreadPool(numberOfThreads: threadCount)
        threads.start()
        self.lifetime = lifetime
        self.lookUp = lookUp
    }

    /// The addresses of a host, in the order in which they should be tried; never empty.
    ///
    /// - Throws: `TransportFailure.notResolved`, or `CancellationError`.
    func addresses(of host: String) async throws -> [IPAddress] {
        if let address = IPAddress(host) { return [address] }
        if let known = answers.value(for: host, at: .now) {
            guard !known.isEmpty else { throw TransportFailure.notResolved }
            return known
        }
        lastTicket += 1
        let ticket = lastTicket
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { wait(for: host, ticket, $0) }
        } onCancel: {
            Task { await self.letGo(host, ticket) }
        }
    }

    /// Moves an address that did not respond behind the host's other addresses.
    func demote(_ address: IPAddress, of host: String) {
        answers.update(host) { answer in
            guard let position = answer.value.firstIndex(of: address) else { return }
            answer.value.append(answer.value.remove(at: position))
        }
    }

    func shutdown() async {
        try? await threads.shutdownGracefully()
    }

    private func wait(
        for host: String, _ ticket: Int, _ continuation: CheckedContinuation<[IPAddress], any Error>
    ) {
        guard !Task.isCancelled else { return continuation.resume(throwing: CancellationError()) }
        let isFirst = waiting[host] == nil
        guard !isFirst || waiting.count < Self.openLimit else {
            return continuation.resume(throwing: TransportFailure.notResolved)
        }
        waiting[host, default: [:]][ticket] = continuation
        // Bounded by `openLimit`. Not a child of the first caller's task, because other callers wait for the same
        // result.
        if isFirst { Task { await ask(host) } }
    }

    private func letGo(_ host: String, _ ticket: Int) {
        // The key of the host stays in `waiting`, because its look-up is still running.
        waiting[host]?.removeValue(forKey: ticket)?.resume(throwing: CancellationError())
    }

    private func ask(_ host: String) async {
        let lookUp = lookUp
        let addresses = (try? await threads.runIfActive { try lookUp(host) }) ?? []
        answers.insert(addresses, for: host, until: .now + (addresses.isEmpty ? .seconds(10) : lifetime))
        for continuation in (waiting.removeValue(forKey: host) ?? [:]).values {
            if addresses.isEmpty {
                continuation.resume(throwing: TransportFailure.notResolved)
            } else {
                continuation.resume(returning: addresses)
            }
        }
    }

    /// Asks the operating system: the hosts file, then DNS. The result is in the order in which addresses should be
    /// tried.
    @Sendable static func system(_ host: String) throws -> [IPAddress] {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var first: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &first) == 0 else { throw TransportFailure.notResolved }
        defer { freeaddrinfo(first) }
        var found: [IPAddress] = []
        var next = first
        while let entry = next?.pointee, found.count < 32 {
            next = entry.ai_next
            guard let address = read(entry), !found.contains(address) else { continue }
            found.append(address)
        }
        return found
    }

    private static func read(_ entry: addrinfo) -> IPAddress? {
        // Safe: the length that the system gave with the structure is checked first.
        let (offset, count) = entry.ai_family == AF_INET ? (4, 4) : (8, 16)
        guard entry.ai_family == AF_INET || entry.ai_family == AF_INET6, let start = entry.ai_addr,
            Int(entry.ai_addrlen) >= offset + count
        else { return nil }
        return IPAddress(
            bytes: Array(UnsafeRawBufferPointer(start: UnsafeRawPointer(start) + offset, count: count)))
    }
}
