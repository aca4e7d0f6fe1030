// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

/// What the kernel says of a process and of this thread.
enum Machine {
    /// Processors that are there for us.
    static var cores: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

    /// CPU time that this thread has used, in seconds.
    static var threadSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Seconds on a clock that never jumps.
    static var seconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// The whole of a small file.
    static func text(of path: String) throws(BenchError) -> String {
        guard let file = fopen(path, "r") else { throw BenchError("\(path) cannot be read.") }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}

/// A process that is measured.
struct Process: Sendable {
    let pid: Int32

    /// CPU time of all its threads so far, user and system, in seconds; the kernel counts in hundredths.
    var cpuSeconds: Double {
        get throws(BenchError) {
            let times = try times
            return times[0] + times[1]
        }
    }

    /// The same, including its children that have ended.
    var cpuSecondsWithEnded: Double { get throws(BenchError) { try times.reduce(0, +) } }

    /// Its own seconds in user and in kernel mode, and then those of its ended children.
    private var times: [Double] {
        get throws(BenchError) {
            let line = try Machine.text(of: "/proc/\(pid)/stat")
            // The name in brackets may contain spaces. Field 3 follows it, and utime is field 14.
            let fields = line[(line.lastIndex(of: ")") ?? line.startIndex)...].split(separator: " ")
            let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
            let times = fields.dropFirst(12).prefix(4).compactMap { Double($0) }.map { $0 / ticks }
            guard times.count == 4 else { throw BenchError("/proc/\(pid)/stat is not understood.") }
            return times
        }
    }

    /// Resident memory now, in MiB.
    var residentMiB: Double { get throws(BenchError) { try memory("VmRSS:") } }

    /// The most memory that was ever resident, in MiB.
    var peakMiB: Double { get throws(BenchError) { try memory("VmHWM:") } }

    private func memory(_ name: String) throws(BenchError) -> Double {
        for line in try Machine.text(of: "/proc/\(pid)/status").split(separator: "\n") where line.hasPrefix(name) {
            let fields = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            if fields.count > 1, let kilobytes = Double(fields[1]) { return kilobytes / 1024 }
        }
        throw BenchError("/proc/\(pid)/status does not say \(name)")
    }
}

/// A process and its children, such as PostgreSQL with a process for each connection.
struct ProcessFamily: Sendable {
    let parent: Process

    /// CPU time of all of them so far, in seconds.
    var cpuSeconds: Double {
        get throws(BenchError) {
            let children = try Machine.text(of: "/proc/\(parent.pid)/task/\(parent.pid)/children")
            var seconds = try parent.cpuSecondsWithEnded
            for pid in children.split(whereSeparator: { $0 == " " || $0 == "\n" }).compactMap({ Int32($0) }) {
                // A child that has just ended is counted with its parent the next time.
                seconds += (try? Process(pid: pid).cpuSeconds) ?? 0
            }
            return seconds
        }
    }
}

/// Runs a program to its end; what it prints is thrown away.
enum Program {
    /// - Returns: its exit status.
    static func run(_ path: String, _ arguments: [String]) throws(BenchError) -> Int32 {
        var argv = ([path] + arguments).map { strdup($0) }
        defer { argv.forEach { free($0) } }
        argv.append(nil)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        var pid: pid_t = 0
        guard posix_spawn(&pid, path, &actions, nil, argv, environ) == 0 else {
            throw BenchError("\(path) cannot be started.")
        }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        return (status >> 8) & 0xFF
    }
}
