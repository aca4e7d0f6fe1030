// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
public import Hummingbird
internal import NIOCore
internal import Synchronization

/// How much is read of a request, and how.
public enum BodyLimits {
    /// Bytes of an activity.
    public static let activity = 1_048_576
    /// Bytes of a form.
    public static let form = 65_536

    /// Reads a body, counting while it comes: neither a missing nor a false `Content-Length` helps against the limit.
    ///
    /// - Throws: ``RequestError/tooLarge`` at the first byte too many.
    public static func read(_ request: Request, limit: Int) async throws -> [UInt8] {
        try await read(request, limit: limit) { _ in }
    }

    /// - Parameter onBytes: is told how many bytes came, before they are kept.
    static func read(_ request: Request, limit: Int, onBytes: (Int) throws -> Void) async throws -> [UInt8] {
        let announced = request.headers[.contentLength].flatMap { Int($0) } ?? 0
        guard announced <= limit else { throw RequestError.tooLarge }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(max(announced, 0), Self.form))
        for try await part in request.body {
            guard part.readableBytes <= limit - bytes.count else { throw RequestError.tooLarge }
            try onBytes(part.readableBytes)
            bytes.append(contentsOf: part.readableBytesView)
        }
        return bytes
    }
}

/// Bytes of bodies that may be held at one moment, by all requests together.
public final class ByteBudget: Sendable {
    /// There is no room for another byte.
    public enum Exhausted: Error {
        case exhausted
    }

    private let held = Atomic<Int>(0)
    private let bytes: Int

    /// - Parameter bytes: of all bodies together.
    public init(bytes: Int) {
        self.bytes = bytes
    }

    /// Reads a body and gives its bytes back to the budget when `use` has returned.
    ///
    /// - Throws: ``RequestError/tooLarge`` beyond `limit`, ``Exhausted`` beyond the budget, and what `use` throws.
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
