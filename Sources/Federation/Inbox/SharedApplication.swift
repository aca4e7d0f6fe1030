// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import DequeModule
internal import Model
internal import Storage

/// An activity whose data was gathered.
typealias ReadyActivity = (received: ReceivedActivity, effect: Effect)

/// Applies gathered activities. Runs of several signers that are ready at the same moment share a transaction, so that
/// a busy node needs few commits, and changes the rows that many activities change, such as counts, a few times.
///
/// The activities of a run stay together and in their order. When a shared transaction fails, each of its runs gets one
/// of its own, so that no signer can hold up another one.
actor SharedApplication {
    private struct Waiting {
        let ticket: UInt64
        let run: [ReadyActivity]
        let continuation: CheckedContinuation<[InboxOutcome], any Error>
    }

    /// The largest number of activities of several runs in one transaction.
    private static let limit = 64

    /// After this time the runs that wait for a transaction get one of their own, so that a lock of another process does
    /// not hold up everybody.
    private static let patience = Duration.milliseconds(100)

    private let database: Database
    /// How many transactions are open at the same time. SQLite has only one writer.
    private let places: Int
    private var waiting: Deque<Waiting> = []
    private var writing: [UInt64: Task<[InboxOutcome], any Error>] = [:]
    private var open = 0
    private var lastTicket: UInt64 = 0

    /// - Parameter database: the database that stores the effects.
    init(database: Database) {
        self.database = database
        places = database.engine == .sqlite ? 1 : 4
    }

    /// Applies a run and stores its outcomes, all or nothing.
    ///
    /// - Throws: `AlreadyFinished` when another process was faster, and the errors of the effects.
    func apply(_ run: [ReadyActivity]) async throws -> [InboxOutcome] {
        lastTicket += 1
        let ticket = lastTicket
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                waiting.append(Waiting(ticket: ticket, run: run, continuation: continuation))
                guard open < places else { return }
                let isFirst = open == 0
                // The transaction begins in a task of its own, after the runs that are ready at this moment.
                Task {
                    if !isFirst { try? await Task.sleep(for: Self.patience) }
                    self.start()
                }
            }
        } onCancel: {
            Task { await self.cancel(ticket) }
        }
    }

    private func start() {
        guard open < places, !waiting.isEmpty else { return }
        var runs: [Waiting] = []
        var count = 0
        while let next = waiting.first, runs.isEmpty || count + next.run.count <= Self.limit {
            runs.append(next)
            count += next.run.count
            waiting.removeFirst()
        }
        open += 1
        Task { await self.write(runs) }
    }

    private func write(_ runs: [Waiting]) async {
        do {
            var outcomes = try await commit(runs)[...]
            for waiting in runs {
                waiting.continuation.resume(returning: Array(outcomes.prefix(waiting.run.count)))
                outcomes = outcomes.dropFirst(waiting.run.count)
            }
        } catch  where runs.count > 1 && (error as? DatabaseError)?.isOutage != true && !(error is CancellationError) {
            for waiting in runs { await writeAlone(waiting) }
        } catch {
            for waiting in runs { waiting.continuation.resume(throwing: error) }
        }
        open -= 1
        start()
    }

    private func writeAlone(_ waiting: Waiting) async {
        do {
            waiting.continuation.resume(returning: try await commit([waiting]))
        } catch {
            waiting.continuation.resume(throwing: error)
        }
    }

    private func commit(_ runs: [Waiting]) async throws -> [InboxOutcome] {
        let activities = runs.flatMap(\.run)
        let task = Task { [database] in try await database.write { tx in try Self.apply(activities, in: tx) } }
        for waiting in runs { writing[waiting.ticket] = task }
        defer { for waiting in runs { writing[waiting.ticket] = nil } }
        return try await task.value
    }

    /// A node that stops cancels all runs, also those that share a transaction.
    private func cancel(_ ticket: UInt64) {
        writing[ticket]?.cancel()
        guard let place = waiting.firstIndex(where: { $0.ticket == ticket }) else { return }
        waiting.remove(at: place).continuation.resume(throwing: CancellationError())
    }

    private static func apply(_ run: [ReadyActivity], in tx: Transaction) throws -> [InboxOutcome] {
        var outcomes: [InboxOutcome] = []
        for item in run { outcomes.append(try item.effect(tx)) }
        // Most activities have the same outcome, so one statement stores it for all of them.
        let byCode = Dictionary(grouping: zip(run.map(\.received.id), outcomes), by: \.1.code)
        for (code, items) in byCode.sorted(by: { $0.key < $1.key }) {
            guard try InboxQueue.finish(items.map(\.0), outcome: code, in: tx) else { throw AlreadyFinished() }
        }
        return outcomes
    }
}

/// Another process applied the activity before this transaction committed. This transaction is rolled back.
struct AlreadyFinished: Error {}
