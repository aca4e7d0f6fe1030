// SPDX-License-Identifier: Apache-2.0

internal import HTTPSignatures
internal import Logging
internal import Model
internal import Synchronization

/// Generates key pairs in advance, after the first one was needed. Generating a pair takes longer than the rest of a
/// sign-up, and a sign-up is often followed by others.
///
/// Unused pairs are lost when the process ends. They never belonged to an account.
final class KeyPool: Sendable {
    /// How many pairs are kept ready.
    private static let size = 4

    private let make: @Sendable () async throws -> KeyPair
    // A mutex and not an actor, because each use is one step.
    private let ready = Mutex<[KeyPair]>([])
    private let needs: AsyncStream<Void>
    private let need: AsyncStream<Void>.Continuation

    init(_ make: @escaping @Sendable () async throws -> KeyPair) {
        self.make = make
        (needs, need) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// A pool of RSA keys with 2048 bits, which every peer supports.
    static func rsa(on threads: SlowWork) -> KeyPool {
        KeyPool {
            try await threads.run {
                let key = try PrivateKey.generateRSA(bits: 2048)
                return KeyPair(privatePEM: key.pem, publicPEM: key.publicKey.pem)
            }
        }
    }

    /// Takes a ready pair, or generates one.
    func take() async throws -> KeyPair {
        need.yield()
        if let pair = ready.withLock({ $0.popLast() }) { return pair }
        return try await make()
    }

    /// Refills the pool after each use, until the task is cancelled.
    func run(_ logger: Logger) async {
        for await _ in needs {
            do {
                while ready.withLock({ $0.count < Self.size }), !Task.isCancelled {
                    let pair = try await make()
                    ready.withLock { $0.append(pair) }
                }
            } catch {
                logger.warning("no key pair could be made ahead", metadata: ["error.text": "\(error)"])
            }
        }
    }
}
