// SPDX-License-Identifier: Apache-2.0

internal import Logging

#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

/// Configures logging: one line for each event on standard error, with a constant message and metadata.
enum LogFormat {
    static func make(_ level: Logger.Level) -> Logger {
        var logger = Logger(label: "troquet", factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = level
        return logger
    }
}

/// Identifies this process on this machine.
enum ProcessIdentity {
    static var number: Int32 { getpid() }
}

/// The version of this program.
enum Version {
    static let current = "0.1.0"
}
