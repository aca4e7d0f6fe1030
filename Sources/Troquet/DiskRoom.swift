// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

/// How much room a file system has for this process.
struct DiskRoom {
    /// With less room than this, 256 MiB, an upload or a busy day may fill the disk.
    static let minimum: UInt64 = 256 << 20

    /// The free bytes.
    let free: UInt64

    /// The free MiB, rounded down.
    var freeMiB: UInt64 { free >> 20 }

    /// Looks at the file system of a folder, or of the nearest folder above it that exists. Nothing is created.
    ///
    /// - Returns: nil when the system does not tell.
    init?(_ folder: String) {
        var values = statvfs()
        guard statvfs(Self.existing(folder), &values) == 0 else { return nil }
        free = UInt64(values.f_bavail).multipliedReportingOverflow(by: UInt64(values.f_frsize)).partialValue
    }

    /// Whether this process may write into a folder, or may create it.
    static func isUsable(_ folder: String) -> Bool {
        let place = existing(folder)
        var status = stat()
        guard stat(place, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return false }
        return access(place, W_OK | X_OK) == 0
    }

    /// The path, or the part of it that exists. A path without a slash is in the working folder.
    private static func existing(_ path: String) -> String {
        var path = path
        while access(path, F_OK) != 0 {
            guard let slash = path.lastIndex(of: "/") else { return "." }
            path = slash == path.startIndex ? "/" : String(path[..<slash])
            if path == "/" { break }
        }
        return path
    }
}
