// SPDX-License-Identifier: Apache-2.0

internal import CSpawn
internal import Glibc
internal import Model

// Uploaded files are never decoded in this process. The decoder runs in a child process that can do little harm:
//
//  - It has limits on CPU time, on memory, on the size of the files that it writes and on the number of open files.
//  - It has a deadline in wall-clock time.
//  - It inherits no file descriptor, and not our environment, which contains passwords.
//  - It works in a folder of its own.
//  - It sees no other files and no network, where the system allows this: see `Sandbox`.
//
// Its output goes to a file that is read after it has ended, so a child that writes much cannot block this process.
// That file lies beside the child's folder, so that a child in the sandbox cannot replace it. The child is the leader
// of a process group, so that the deadline kills its children too.

/// One run of a program over one file.
struct ChildProcess: Sendable {
    /// The resource limits of the child.
    struct Limits: Sendable {
        /// CPU time in seconds.
        var processorSeconds: Int
        /// Bytes of address space.
        var memoryBytes: Int
        /// Bytes of each file that the child writes.
        var fileBytes: Int
        /// Wall-clock time after which the child is killed.
        var deadline: Duration

        /// The limits for converting a picture.
        static let image = Limits(
            processorSeconds: 30, memoryBytes: 2 << 30, fileBytes: 256 << 20, deadline: .seconds(30))
        /// The limits for converting a video or audio file. A copied stream may grow a little in its new container.
        static let video = Limits(
            processorSeconds: 600, memoryBytes: 3 << 30,
            fileBytes: MediaLimits.videoBytes + MediaLimits.videoBytes / 8, deadline: .seconds(600))
        /// The limits for reading the header of a file.
        static let look = Limits(
            processorSeconds: 10, memoryBytes: 2 << 30, fileBytes: 4 << 20, deadline: .seconds(15))
    }

    /// How many bytes of the child's output are read.
    private static let answerBytes = 65_536
    /// The child's whole environment, except the variables that name its folder. It tells libvips to refuse every
    /// format whose decoder is not safe for untrusted files, and to generate no machine code at run time.
    private static let environment = [
        "PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8", "VIPS_BLOCK_UNTRUSTED=1", "VIPS_CONCURRENCY=2",
        "VIPS_WARNING=0", "VIPS_NOVECTOR=1", "MALLOC_ARENA_MAX=2",
    ]

    /// The absolute path of a folder that only this child uses.
    let folder: String
    /// Whether the program runs in the sandbox.
    let isSandboxed: Bool

    /// How a program ended.
    struct End {
        /// The signal that ended it, or 0.
        var signal: Int32
        /// Its exit code.
        var code: Int32
        /// The first 64 KiB of its output.
        var answer: String
    }

    /// Runs a program and waits until it ends.
    ///
    /// - Returns: the first 64 KiB of its standard output.
    /// - Throws: `.broken` when the program reports an error, `.tooLarge` when it wrote too much, `.tooSlow` when it
    ///   exceeded another limit, `.unavailable` when it could not be started.
    func run(_ program: String, _ arguments: [String], _ limits: Limits) async throws(MediaError) -> String {
        let end = try await end([program] + arguments, limits)
        switch end.signal {
        case 0: break
        case SIGSEGV, SIGABRT: throw .broken
        case SIGXFSZ: throw .tooLarge
        default: throw .tooSlow
        }
        switch end.code {
        case 0: return end.answer
        case 126, 127: throw .unavailable("\(program) cannot be run")
        // A decoder that hit the memory limit exits with an error code, as it does for a damaged file.
        default: throw .broken
        }
    }

    /// Runs a command and waits until it ends, however it ends.
    ///
    /// - Parameter showsErrors: whether the answer contains standard error, and a sandbox that cannot be made is an end
    ///   like others.
    /// - Throws: `.unavailable` when the command or its sandbox could not be started.
    func end(_ command: [String], _ limits: Limits, showsErrors: Bool = false) async throws(MediaError) -> End {
        let (answer, report) = ("\(folder).answer", "\(folder).report")
        defer {
            LocalFile.remove(answer)
            LocalFile.remove(report)
        }
        let limited = Self.limited(command, limits)
        let child = try start(
            isSandboxed ? Sandbox.commandLine(limited, in: folder) : limited, answer: answer, report: report,
            showsErrors: showsErrors)
        let status = await Self.end(of: child, within: limits.deadline)
        var end = End(signal: status & 0x7F, code: (status >> 8) & 0xFF, answer: "")
        if isSandboxed, end.signal == 0 {
            end.signal = Sandbox.signal(code: end.code)
            let hasStarted = Sandbox.hasStarted(report: try LocalFile.read(report, limit: Self.answerBytes))
            guard hasStarted || showsErrors else { throw .unavailable("the sandbox could not be made") }
        }
        end.answer = try LocalFile.read(answer, limit: Self.answerBytes)
        return end
    }

    private static func limited(_ command: [String], _ limits: Limits) -> [String] {
        [
            "prlimit", "--cpu=\(limits.processorSeconds)", "--as=\(limits.memoryBytes)", "--fsize=\(limits.fileBytes)",
            "--nofile=64", "--core=0", "--",
        ] + command
    }

    private func start(
        _ commandLine: [String], answer: String, report: String, showsErrors: Bool
    ) throws(MediaError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        guard posix_spawn_file_actions_init(&actions) == 0 else { throw .unavailable("spawn") }
        defer { posix_spawn_file_actions_destroy(&actions) }
        guard posix_spawnattr_init(&attributes) == 0 else { throw .unavailable("spawn") }
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        guard addFiles(to: &actions, answer: answer, report: report, showsErrors: showsErrors),
            posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK)) == 0,
            posix_spawnattr_setpgroup(&attributes, 0) == 0, posix_spawnattr_setsigmask(&attributes, &none) == 0
        else { throw .unavailable("spawn") }
        var child: pid_t = 0
        let home = ["HOME=\(folder)", "TMPDIR=\(folder)", "XDG_CACHE_HOME=\(folder)"]
        let program = isSandboxed ? "bwrap" : "prlimit"
        let code = Self.withPointers(commandLine) { arguments in
            Self.withPointers(Self.environment + home) { environment in
                posix_spawnp(&child, program, &actions, &attributes, arguments, environment)
            }
        }
        guard code == 0 else {
            throw .unavailable([ENOENT, EACCES].contains(code) ? "\(program) cannot be run" : "spawn")
        }
        return child
    }

    /// Opens the descriptors that the child inherits, and closes all others.
    private func addFiles(
        to actions: inout posix_spawn_file_actions_t, answer: String, report: String, showsErrors: Bool
    ) -> Bool {
        let flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW
        guard posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0) == 0,
            posix_spawn_file_actions_addopen(&actions, 1, answer, flags, 0o600) == 0,
            showsErrors
                ? posix_spawn_file_actions_adddup2(&actions, 1, 2) == 0
                : posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0) == 0,
            posix_spawn_file_actions_addchdir_np(&actions, folder) == 0
        else { return false }
        guard isSandboxed else { return posix_spawn_file_actions_addclosefrom_np(&actions, 3) == 0 }
        return posix_spawn_file_actions_addopen(&actions, Sandbox.reportDescriptor, report, flags, 0o600) == 0
            && posix_spawn_file_actions_addclosefrom_np(&actions, Sandbox.reportDescriptor + 1) == 0
    }

    private typealias Pointers = UnsafePointer<UnsafeMutablePointer<CChar>?>

    private static func withPointers(_ commandLine: [String], _ body: (Pointers) -> Int32) -> Int32 {
        var pointers: [UnsafeMutablePointer<CChar>?] = commandLine.map { strdup($0) }
        pointers.append(nil)
        defer { for pointer in pointers { free(pointer) } }
        return pointers.withUnsafeBufferPointer { $0.baseAddress.map(body) ?? EINVAL }
    }

    /// Waits without blocking a thread. Kills the child at the deadline, and when this task is cancelled.
    private static func end(of child: pid_t, within deadline: Duration) async -> Int32 {
        let end = ContinuousClock.now + deadline
        var wait = Duration.milliseconds(4)
        var status: Int32 = 0
        while true {
            let found = waitpid(child, &status, WNOHANG)
            if found == child { return status }
            if found < 0, errno != EINTR { return SIGKILL }
            let isCancelled = (try? await Task.sleep(for: wait)) == nil
            if isCancelled || ContinuousClock.now >= end {
                kill(-child, SIGKILL)
                while waitpid(child, &status, 0) < 0, errno == EINTR {}
                return SIGKILL
            }
            wait = min(wait * 2, .milliseconds(50))
        }
    }
}
