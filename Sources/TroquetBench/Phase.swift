// SPDX-License-Identifier: Apache-2.0

/// The parts of a run, in their order. `--only` selects some of them.
enum Phase: String, CaseIterable, Sendable {
    /// Signed activities that other nodes send.
    case inbox
    /// Deliveries of posts to followers on many hosts.
    case deliveries
    /// Documents and pages that peers and browsers read without signing in.
    case documents
    /// The reads of an app whose member has written 200 posts, also while new posts arrive.
    case own
    /// One member who writes one post after the other.
    case writing
    /// A discussion with thousands of replies, compared with a small one.
    case threads
    /// A member who follows a thousand accounts, on a large database.
    case population
    /// Open event streams of apps.
    case streams
    /// Many more requests than the node can handle. It needs a node with rate limits, so it runs alone.
    case overload
    /// One activity each of 16,000 signers, for the memory that they leave. It needs a node with rate limits, too.
    case signers

    /// The phases that run only when they are chosen.
    static let alone: Set<Phase> = [.overload, .signers]

    /// Parses a list with commas: `own,population`.
    ///
    /// - Parameter list: nil means all phases but those of ``alone``.
    static func chosen(_ list: String?) throws(BenchError) -> Set<Phase> {
        guard let list else { return Set(allCases).subtracting(alone) }
        var chosen: Set<Phase> = []
        for name in list.split(separator: ",") {
            guard let phase = Phase(rawValue: String(name)) else {
                let known = allCases.map(\.rawValue).joined(separator: ", ")
                throw BenchError("--only: there is no phase “\(name)”, only \(known).")
            }
            chosen.insert(phase)
        }
        return chosen
    }
}
