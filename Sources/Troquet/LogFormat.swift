// SPDX-License-Identifier: Apache-2.0

internal import Logging

#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

/// How the node logs: one line an event on standard error, a constant message and its facts.
enum LogFormat {
    static func make(_ level: Logger.Level) -> Logger {
        var logger = Logger(label: "troquet", factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = level
        return logger
    }
}

/// What tells this process from another one on the same machine.
enum ProcessIdentity {
    static var number: Int32 { getpid() }
}

/// The version of this program.
enum Version {
    static let current = "0.1.0"
}
