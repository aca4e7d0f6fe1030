// SPDX-License-Identifier: Apache-2.0

internal import NIOCore

#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

/// How the file descriptors of this process are shared out. Every connection and every open file takes one.
///
/// The process must never use its last one: libdispatch, which runs all Swift tasks, opens files in `/proc` and ends
/// the process when it cannot. So everything that opens descriptors has a limit, and the limits together stay below
/// that of the operating system (`RLIMIT_NOFILE`). The page of this target has a table of who opens what.
struct DescriptorPlan: Sendable, Equatable {
    /// The limit of the operating system.
    let limit: Int
    /// The fewest descriptors with which `troquet serve` starts: enough for 64 incoming connections.
    let minimum: Int
    /// The most descriptors of outgoing requests: used and kept connections, and attempts to connect.
    let outgoing: Int
    /// The most incoming connections.
    let incoming: Int

    /// What is kept for everything else.
    enum Reserve {
        /// Standard streams, libdispatch, the listening sockets, logs.
        static let process = 32
        /// The event loops, for each processor core.
        static let eachCore = 4
        /// Connections to the database, its files and its temporary files.
        static let database = 64
        /// Look-ups of host names: thirty at once, most of them with one descriptor.
        static let names = 44
        /// Conversions of media, which run in child processes, and the files of the node itself.
        static let files = 32
        /// Connections to `/metrics`, connections that are closed at once, and spare ones.
        static let spare = 48
    }

    init(limit: Int, cores: Int = System.coreCount) {
        self.limit = limit
        let reserve =
            Reserve.process + Reserve.eachCore * cores + Reserve.database + Reserve.names + Reserve.files
            + Reserve.spare
        minimum = max(512, (reserve + 2 * 64) * 4 / 3 + 1)
        outgoing = min(4_096, max(64, limit / 4))
        // A request may have a file open beside its connection: one that is uploaded, or one that is sent.
        incoming = min(8_192, max(16, (limit - reserve - outgoing) / 2))
    }

    /// The plan for the present limit of this process.
    static var current: DescriptorPlan {
        var limits = rlimit()
        guard getrlimit(Self.resource, &limits) == 0 else { return DescriptorPlan(limit: 1_024) }
        return DescriptorPlan(limit: Int(clamping: min(limits.rlim_cur, 1 << 30)))
    }

    /// Raises the soft limit of this process to the hard one. Many systems start programs with a soft limit of 1,024.
    /// Where this is forbidden, the limit stays as it is.
    static func raiseLimit() {
        var limits = rlimit()
        guard getrlimit(Self.resource, &limits) == 0, limits.rlim_cur < limits.rlim_max else { return }
        limits.rlim_cur = limits.rlim_max
        _ = setrlimit(Self.resource, &limits)
    }

    /// Throws when there are too few descriptors to serve.
    func requireMinimum() throws(ConfigurationError) {
        guard limit < minimum else { return }
        throw ConfigurationError(
            "This process may open \(limit) files and connections and needs at least \(minimum): raise the limit with "
                + "`ulimit -n 65536`, LimitNOFILE=65536 in the unit, or --ulimit nofile=65536 for the container.")
    }

    /// One sentence for the operator.
    var summary: String {
        "\(limit) files and connections: \(incoming) for incoming connections, \(outgoing) for outgoing requests"
    }

    #if canImport(Glibc)
    private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
    private static let resource = RLIMIT_NOFILE
    #endif
}
