// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import Limits
internal import NIOPosix
internal import Services

/// Runs work that keeps a processor busy for a tenth of a second or more, such as hashing a password or generating a
/// key, on a few threads of its own. The threads that answer requests stay free.
final class SlowWork: Sendable {
    private let threads: NIOThreadPool
    private let places: AsyncSemaphore<Unkeyed>

    /// - Parameters:
    ///   - count: the number of threads; half of the processors by default, so that the other half answers requests.
    ///   - waiting: the number of callers that may wait for a thread. The last of 32 waits about three seconds.
    init(threads count: Int = max(1, ProcessInfo.processInfo.activeProcessorCount / 2), waiting: Int = 32) {
        threads = NIOThreadPool(numberOfThreads: count)
        places = AsyncSemaphore(limit: count, waiterLimit: waiting)
        threads.start()
    }

    /// The number of callers whose work runs, and of those that wait.
    var load: (open: Int, waiting: Int) { places.load }

    /// Runs `work` on one of the threads.
    ///
    /// - Throws: `ServiceError.busy` when too many callers wait; `CancellationError` when the caller was cancelled while
    ///   it waited; the errors of `work`.
    func run<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
        do {
            try await places.acquire(.all)
        } catch {
            switch error {
            case .tooManyWaiting: throw ServiceError.busy
            case .cancelled: throw CancellationError()
            }
        }
        defer { places.release(.all) }
        return try await threads.runIfActive(work)
    }

    /// Ends the threads after the work in hand.
    func close() async { try? await threads.shutdownGracefully() }
}
