// SPDX-License-Identifier: Apache-2.0

internal import HTTPSignatures

#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

/// What this machine could do at the best, measured in the same run as the node.
struct Limits: Sendable {
    /// RSA-2048 signatures per second of CPU time on one core, while all cores sign.
    let signatures: Double
    /// RSA-2048 verifications per second of CPU time on one core, while all cores verify.
    let verifications: Double
    /// Writes of 4 KiB, each followed by an `fsync`, per second and one after the other.
    let syncs: Double

    /// - Parameters:
    ///   - folder: on the disk that holds the database.
    ///   - seconds: how long each of the three is measured.
    static func measure(folder: String, seconds: Double) async throws -> Limits {
        let key = try PrivateKey.generateRSA()
        let text = [UInt8](repeating: 0x61, count: 300)
        let signature = try key.sign(text)
        let signatures = try await onAllCores(seconds) { _ = try key.sign(text) }
        let verifications = try await onAllCores(seconds) {
            guard key.publicKey.verify(signature, of: text, hash: .sha256) else {
                throw BenchError("OpenSSL does not confirm its own signature.")
            }
        }
        return Limits(
            signatures: signatures, verifications: verifications, syncs: try syncs(in: folder, seconds: seconds))
    }

    /// All cores at once, since that is how the node uses them: two threads of one core get less than two cores do.
    private static func onAllCores(
        _ seconds: Double, _ work: @escaping @Sendable () throws -> Void
    ) async throws -> Double {
        try await withThrowingTaskGroup(of: Double.self) { group in
            for _ in 0..<Machine.cores {
                group.addTask {
                    let (end, started) = (Machine.seconds + seconds, Machine.threadSeconds)
                    var count = 0.0
                    repeat {
                        try work()
                        count += 1
                    } while Machine.seconds < end
                    return count / (Machine.threadSeconds - started)
                }
            }
            var rates: [Double] = []
            for try await rate in group { rates.append(rate) }
            return rates.reduce(0, +) / Double(rates.count)
        }
    }

    private static func syncs(in folder: String, seconds: Double) throws(BenchError) -> Double {
        let path = "\(folder)/troquet-bench-sync"
        let file = open(path, O_CREAT | O_RDWR, 0o600)
        guard file >= 0 else { throw BenchError("\(path) cannot be written.") }
        defer {
            close(file)
            unlink(path)
        }
        let page = [UInt8](repeating: 0x61, count: 4096)
        let started = Machine.seconds
        var count = 0
        repeat {
            guard pwrite(file, page, page.count, off_t(count * page.count)) == page.count, fsync(file) == 0 else {
                throw BenchError("\(path) cannot be written.")
            }
            count += 1
        } while Machine.seconds < started + seconds
        return Double(count) / (Machine.seconds - started)
    }
}
