// SPDX-License-Identifier: Apache-2.0

internal import Hummingbird
internal import NIOCore

/// A request body whose reader has no place while it waits for bytes.
///
/// The place is given back with the first read, and taken again after the last byte. So a client that sends slowly, and
/// an upload that takes minutes, keep nobody else waiting.
struct PausingBody: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    let body: RequestBody
    let turn: AdmittedTurn

    struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate var base: RequestBody.AsyncIterator
        fileprivate let turn: AdmittedTurn
        fileprivate var hasBegun = false
        fileprivate var hasEnded = false

        mutating func next() async throws -> ByteBuffer? {
            guard !hasEnded else { return nil }
            if !hasBegun {
                hasBegun = true
                turn.end()
            }
            if let part = try await base.next() { return part }
            hasEnded = true
            try await turn.resume()
            return nil
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(base: body.makeAsyncIterator(), turn: turn) }
}
