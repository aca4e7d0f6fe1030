// SPDX-License-Identifier: Apache-2.0

internal import IPAddresses
internal import NIOCore

#if canImport(Glibc)
internal import Glibc
#else
internal import Musl
#endif

extension IPAddress {
    /// The IP address of a socket; `nil` for a UNIX domain socket.
    init?(_ address: SocketAddress) {
        // Safe: sockaddr_in and sockaddr_in6 are at least 16 and 28 bytes long; their addresses begin at bytes 4 and 8.
        let bytes: [UInt8]? =
            switch address {
            case .v4: address.withSockAddr { start, _ in Self.copy(start, from: 4, count: 4) }
            case .v6: address.withSockAddr { start, _ in Self.copy(start, from: 8, count: 16) }
            case .unixDomainSocket: nil
            }
        guard let bytes else { return nil }
        self.init(bytes: bytes)
    }

    private static func copy(_ start: UnsafePointer<sockaddr>, from offset: Int, count: Int) -> [UInt8] {
        Array(UnsafeRawBufferPointer(start: UnsafeRawPointer(start) + offset, count: count))
    }
}
