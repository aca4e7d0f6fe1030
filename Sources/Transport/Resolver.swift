// SPDX-License-Identifier: Apache-2.0

internal import IPAddresses
internal import Limits
internal import NIOCore
internal import NIOPosix
internal import Vocabulary

#if canImport(Glibc)
internal import Glibc
#else
internal import Musl
#endif

/// Resolves names to addresses. `getaddrinfo` blocks, so it runs neither on an event loop nor on a cooperative thread.
///
/// Each purpose has its own threads, so that names whose DNS servers do not respond delay only requests of their
/// purpose. Callers that ask for the same name and purpose share one look-up. A result is kept for a minute, a failure
/// for ten seconds. A waiting caller returns when its task is cancelled, although the look-up itself cannot be stopped.
actor Resolver {
    /// Looks up a name. Tests replace it.
    typealias LookUp = @Sendable (String) throws -> [IPAddress]

    private struct Question: Hashable {
        let host: String
        let purpose: FetchPurpose
    }

    /// How many names of one purpose may wait.
    private static let openLimit = 256

    private let threads: [FetchPurpose: NIOThreadPool]
    private let lookUp: LookUp
    private let lifetime: Duration
    private var answers = ExpiringCache<String, [IPAddress], ContinuousClock.Instant>(capacity: 4_096)
    private var waiting: [Question: [Int: CheckedContinuation<[IPAddress], any Error>]] = [:]
    /// How many names are looked up or wait for a thread, for each purpose.
    private var open: [FetchPurpose: Int] = [:]
    private var lastTicket = 0

    init(lifetime: Duration = .seconds(60), lookUp: @escaping LookUp) {
        threads = Dictionary(
            uniqueKeysWithValues: FetchPurpose.allCases.map { purpose in
                (purpose, NIOThreadPool(numberOfThreads: purpose.lookUpThreads))
            })
        for pool in threads.values { pool.start() }
        self.lifetime = lifetime
        self.lookUp = lookUp
    }

    /// The addresses of a host, in the order in which they should be tried; never empty.
    ///
    /// - Throws: `TransportFailure.notResolved`, or `CancellationError`.
    nonisolated func addresses(of host: String, for purpose: FetchPurpose) async throws -> [IPAddress] {
        if let address = IPAddress(host) { return [address] }
        return try await resolve(host, for: purpose)
    }

    private func resolve(_ host: String, for purpose: FetchPurpose) async throws -> [IPAddress] {
        if let known = answers.value(for: host, at: .now) {
            guard !known.isEmpty else { throw TransportFailure.notResolved }
            return known
        }
        lastTicket += 1
        let ticket = lastTicket
        let question = Question(host: host, purpose: purpose)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { wait(for: question, ticket, $0) }
        } onCancel: {
            Task { await self.letGo(question, ticket) }
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
        for pool in threads.values { try? await pool.shutdownGracefully() }
    }

    private func wait(
        for question: Question, _ ticket: Int, _ continuation: CheckedContinuation<[IPAddress], any Error>
    ) {
        guard !Task.isCancelled else { return continuation.resume(throwing: CancellationError()) }
        let isFirst = waiting[question] == nil
        guard !isFirst || open[question.purpose, default: 0] < Self.openLimit else {
            return continuation.resume(throwing: TransportFailure.notResolved)
        }
        waiting[question, default: [:]][ticket] = continuation
        // Bounded by `openLimit`. Not a child of the first caller's task, because other callers wait for the same
        // result.
        guard isFirst else { return }
        open[question.purpose, default: 0] += 1
        Task { await ask(question) }
    }

    private func letGo(_ question: Question, _ ticket: Int) {
        // The key of the question stays in `waiting`, because its look-up is still running.
        waiting[question]?.removeValue(forKey: ticket)?.resume(throwing: CancellationError())
    }

    private func ask(_ question: Question) async {
        let (lookUp, host) = (lookUp, question.host)
        let addresses = (try? await threads[question.purpose]?.runIfActive { try lookUp(host) }) ?? []
        open[question.purpose, default: 1] -= 1
        answers.insert(addresses, for: host, until: .now + (addresses.isEmpty ? .seconds(10) : lifetime))
        for continuation in (waiting.removeValue(forKey: question) ?? [:]).values {
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
