// SPDX-License-Identifier: Apache-2.0

internal import HTTPSignatures
internal import Logging
internal import Model
internal import Synchronization

/// Key pairs made ahead once somebody has needed one: where one person signs up, others do, and making a pair takes
/// longer than all the rest of a sign-up.
///
/// Unused pairs are forgotten with the process: they never belonged to anybody.
final class KeyPool: Sendable {
    /// Pairs that are kept ready.
    private static let size = 4

    private let make: @Sendable () throws -> KeyPair
    // A lock rather than an actor: whoever needs a pair takes it within a synchronous step.
    private let ready = Mutex<[KeyPair]>([])
    private let needs: AsyncStream<Void>
    private let need: AsyncStream<Void>.Continuation

    init(_ make: @escaping @Sendable () throws -> KeyPair) {
        self.make = make
        (needs, need) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Keys for RSA signatures, of 2048 bits: what every peer reads.
    static func rsa() -> KeyPool {
        KeyPool {
            let key = try PrivateKey.generateRSA(bits: 2048)
            return KeyPair(privatePEM: key.pem, publicPEM: key.publicKey.pem)
        }
    }

    /// A pair that is ready; a new one when there is none.
    func take() throws -> KeyPair {
        need.yield()
        if let pair = ready.withLock({ $0.popLast() }) { return pair }
        return try make()
    }

    /// Makes pairs after each need, one after the other, until the task is cancelled.
    func run(_ logger: Logger) async {
        for await _ in needs {
            do {
                while ready.withLock({ $0.count < Self.size }), !Task.isCancelled {
                    let pair = try make()
                    ready.withLock { $0.append(pair) }
                    await Task.yield()
                }
            } catch {
                logger.warning("no key pair could be made ahead", metadata: ["error.text": "\(error)"])
            }
        }
    }
}
