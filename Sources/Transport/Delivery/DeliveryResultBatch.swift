// SPDX-License-Identifier: Apache-2.0

internal import Database
internal import HTTPSignatures
internal import Model
internal import Storage

/// The results of attempts that are not yet written. Many of them are written in one transaction.
struct DeliveryResultBatch: Sendable {
    /// The result of one attempt.
    struct Completion: Sendable {
        var delivery: QueuedDelivery
        var step: DeliveryPlan.Step
        var inboxIsGone = false
    }

    private struct HostNote: Sendable {
        var step = DeliveryPlan.HostStep.keep
        var scheme: SignatureScheme?
    }

    private var completions: [Completion] = []
    private var notes: [String: HostNote] = [:]

    var isEmpty: Bool { completions.isEmpty && notes.isEmpty }

    /// The hosts whose state changed.
    var hosts: Set<String> { Set(notes.keys) }

    /// Whether a delivery left the queue, so that the next one to the same inbox may be leased.
    var makesWay: Bool {
        completions.contains { completion in
            switch completion.step {
            case .finish, .abandon: true
            case .postpone, .release: false
            }
        }
    }

    mutating func add(_ completion: Completion) { completions.append(completion) }

    /// Adds a result for a host. It replaces an earlier one.
    mutating func note(_ step: DeliveryPlan.HostStep, scheme: SignatureScheme?, of host: String) {
        guard step != .keep || scheme != nil else { return }
        if step != .keep { notes[host, default: HostNote()].step = step }
        if let scheme { notes[host, default: HostNote()].scheme = scheme }
    }

    /// Puts results that could not be written before those that were added since.
    mutating func putBack(_ earlier: DeliveryResultBatch) {
        completions = earlier.completions + completions
        notes.merge(earlier.notes) { later, _ in later }
    }

    /// One ledger for each delivery, and one for all hosts. Used when one of them cannot be written.
    var parts: [DeliveryResultBatch] {
        var parts = completions.map { completion in
            var part = DeliveryResultBatch()
            part.add(completion)
            return part
        }
        var rest = DeliveryResultBatch()
        rest.notes = notes
        parts.append(rest)
        return parts
    }

    /// Writes everything.
    ///
    /// Hosts are written in the order of their names, so that two processes never deadlock.
    func write(
        at now: Timestamp, ids: IDMaker, holder: LeaseHolder, in tx: Transaction
    ) throws(DatabaseError) {
        var finished: [QueuedDelivery] = []
        var released: [ID<QueuedDelivery>] = []
        for completion in completions.sorted(by: { $0.delivery.id < $1.delivery.id }) {
            switch completion.step {
            case .finish: finished.append(completion.delivery)
            case .release: released.append(completion.delivery.id)
            case .postpone(let time):
                try OutboxQueue.postpone(completion.delivery.id, until: time, by: holder, in: tx)
            case .abandon(let reason):
                try OutboxQueue.abandon(
                    completion.delivery, record: ids.make(at: now), reason: reason, at: now, in: tx)
            }
            if completion.inboxIsGone { try GoneInboxes.forget(completion.delivery.inbox, in: tx) }
        }
        try OutboxQueue.accepted(finished, in: tx)
        try OutboxQueue.release(released, by: holder, in: tx)
        for (host, note) in notes.sorted(by: { $0.key < $1.key }) { try write(note, of: host, at: now, in: tx) }
    }

    private func write(
        _ note: HostNote, of host: String, at now: Timestamp, in tx: Transaction
    ) throws(DatabaseError) {
        switch note.step {
        case .keep: try Peers.touch(host, at: now, in: tx)
        case .recover: try Peers.succeeded(host, at: now, in: tx)
        case .rest(let until): try Peers.failed(host, at: now, restUntil: until, in: tx)
        }
        if let scheme = note.scheme {
            try Peers.rememberScheme(host, scheme.rawValue, until: now + .hours(24), in: tx)
        }
    }
}
