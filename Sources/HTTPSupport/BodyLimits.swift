// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
public import Hummingbird
internal import NIOCore
internal import Synchronization

/// Limits for the body of a request, and the functions that enforce them.
public enum BodyLimits {
    /// The most bytes of an activity.
    public static let activity = 1_048_576
    /// The most bytes of a form.
    public static let form = 65_536

    /// Reads a body and counts its bytes while they arrive. So a missing or wrong `Content-Length` does not defeat the
    /// limit.
    ///
    /// - Throws: ``RequestError/tooLarge`` as soon as the body exceeds the limit.
    public static func read(_ request: Request, limit: Int) async throws -> [UInt8] {
        try await read(request, limit: limit) { _ in }
    }

    /// - Parameter onBytes: called with the number of bytes that arrived, before they are stored.
    static func read(_ request: Request, limit: Int, onBytes: (Int) throws -> Void) async throws -> [UInt8] {
        let announced = request.headers[.contentLength].flatMap { Int($0) } ?? 0
        guard announced <= limit else { throw RequestError.tooLarge }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(max(announced, 0), Self.form))
        for try await part in UnbrokenBody(request.body) {
            guard part.readableBytes <= limit - bytes.count else { throw RequestError.tooLarge }
            try onBytes(part.readableBytes)
            bytes.append(contentsOf: part.readableBytesView)
        }
        return bytes
    }
}

/// Limits the bytes of request bodies that all requests together hold in memory.
public final class ByteBudget: Sendable {
    /// The limit is reached.
    public enum Exhausted: Error {
        case exhausted
    }

    private let held = Atomic<Int>(0)
    private let bytes: Int

    /// - Parameter bytes: the limit for all bodies together.
    public init(bytes: Int) {
        self.bytes = bytes
    }

    /// Reads a body. Its bytes count against the budget until `use` has returned.
    ///
    /// - Throws: ``RequestError/tooLarge`` above `limit`, ``Exhausted`` above the budget, and every error of `use`.
    public func read<Result>(
        _ request: Request, limit: Int, use: ([UInt8]) async throws -> Result
    ) async throws -> Result {
        var taken = 0
        defer { held.subtract(taken, ordering: .relaxed) }
        let body = try await BodyLimits.read(request, limit: limit) { count in
            taken += count
            let (_, total) = held.add(count, ordering: .relaxed)
            guard total <= bytes else { throw Exhausted.exhausted }
        }
        return try await use(body)
    }
}
