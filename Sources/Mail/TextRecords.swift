// SPDX-License-Identifier: Apache-2.0

internal import CResolver
internal import CurlClient

/// Asks the DNS for the TXT records of names.
public protocol TextRecords: Sendable {
    /// The TXT records of a name; empty when there is none, nil when no server answered.
    func texts(of name: String) async -> [String]?
}

/// The name servers of this machine (`/etc/resolv.conf`).
public struct SystemTextRecords: TextRecords {
    /// Creates the resolver.
    public init() {}

    /// Asks the name servers. The call blocks a thread of its own, for ten seconds at most.
    public func texts(of name: String) async -> [String]? {
        guard name.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), name.utf8.count <= 253 else { return [] }
        return await withCheckedContinuation { continuation in
            let hasStarted = OwnThread.start { continuation.resume(returning: Self.ask(name)) }
            if !hasStarted { continuation.resume(returning: nil) }
        }
    }

    private static func ask(_ name: String) -> [String]? {
        var bytes = [UInt8](repeating: 0, count: 16_384)
        let count = cresolver_texts(name, &bytes, Int32(bytes.count))
        guard count >= 0 else { return nil }
        var texts: [String] = []
        var rest = bytes.prefix(Int(count))
        while rest.count >= 2 {
            let length = Int(rest.removeFirst()) << 8 | Int(rest.removeFirst())
            texts.append(String(decoding: rest.prefix(length), as: UTF8.self))
            rest = rest.dropFirst(length)
        }
        return texts
    }
}
