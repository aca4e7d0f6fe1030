// SPDX-License-Identifier: Apache-2.0

public import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// The body of a request is not valid HTTP, or the client closed the connection in the middle of it. That is no fault of
/// this node.
public struct BrokenBody: PublicError {
    /// What the HTTP server reports.
    let cause: any Error

    /// `400`.
    public var status: HTTPResponse.Status { .badRequest }
    /// A stable code.
    public var code: String { "broken_body" }
}

/// The body of a request. An error of the connection is thrown as ``BrokenBody``.
struct UnbrokenBody: AsyncSequence {
    typealias Element = ByteBuffer

    private let body: RequestBody

    init(_ body: RequestBody) {
        self.body = body
    }

    struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate var base: RequestBody.AsyncIterator

        mutating func next() async throws -> ByteBuffer? {
            do {
                return try await base.next()
            } catch let error as any PublicError {
                throw error
            } catch let error as CancellationError {
                throw error
            } catch {
                throw BrokenBody(cause: error)
            }
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(base: body.makeAsyncIterator()) }
}
