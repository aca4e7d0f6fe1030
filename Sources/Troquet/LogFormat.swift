// SPDX-License-Identifier: Apache-2.0

internal import Logging

/// Configures logging: one line for each event on standard error, with a constant message and metadata.
enum LogFormat {
    static func make(_ level: Logger.Level) -> Logger {
        var logger = Logger(label: "troquet", factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = level
        return logger
    }
}

/// The version of this program.
enum Version {
    static let current = "0.1.0"
}
