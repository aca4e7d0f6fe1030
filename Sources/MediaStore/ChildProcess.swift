// SPDX-License-Identifier: Apache-2.0

internal import CSpawn
internal import Glibc
internal import Model

// Files from outside are never decoded in this process. A decoder runs as a child that can do little harm: it has a
// limit on processor time, memory, the size of the files it writes and the number of files it opens; a deadline by the
// clock; no descriptor of ours; no environment of ours, where passwords are; a folder of its own. What it says is read
// from a file after its end, so it cannot block us by saying much. It is the leader of a process group: the deadline
// takes its children too.

/// One run of a program over one file.
struct ChildProcess: Sendable {
    /// What the child may use.
    struct Limits: Sendable {
        /// Of one processor.
        var processorSeconds: Int
        /// Of address space.
        var memoryBytes: Int
        /// Of each file that it writes.
        var fileBytes: Int
        /// Until it is killed.
        var deadline: Duration

        /// For a picture.
        static let image = Limits(
            processorSeconds: 30, memoryBytes: 2 << 30, fileBytes: 256 << 20, deadline: .seconds(30))
        /// For a film or a sound. What is copied may grow a little in its new container.
        static let film = Limits(
            processorSeconds: 600, memoryBytes: 3 << 30,
            fileBytes: MediaLimits.videoBytes + MediaLimits.videoBytes / 8, deadline: .seconds(600))
        /// For a look at a file.
        static let look = Limits(
            processorSeconds: 10, memoryBytes: 2 << 30, fileBytes: 4 << 20, deadline: .seconds(15))
    }

    /// Bytes of the answer that are read.
    private static let answerBytes = 65_536
    /// The child's whole environment, its folder aside. The library for pictures is told here to refuse every format
    /// whose reader was not made for files from strangers, and to write no machine code at run time.
    private static let environment = [
        "PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8", "VIPS_BLOCK_UNTRUSTED=1", "VIPS_CONCURRENCY=2",
        "VIPS_WARNING=0", "VIPS_NOVECTOR=1", "MALLOC_ARENA_MAX=2",
    ]

    /// An absolute path of a folder that the child has for itself.
    let folder: String

    /// Runs a program to its end.
    ///
    /// - Returns: what it wrote to its standard output, 64 KiB of it.
    /// - Throws: `.broken` when the program says that it failed, `.tooLarge` when it wrote too much, `.tooSlow` when
    ///   another limit ended it, `.unavailable` when it could not be started.
    func run(_ program: String, _ arguments: [String], _ limits: Limits) async throws(MediaError) -> String {
        let answer = "\(folder)/answer"
        let child = try start(Self.words(program, arguments, limits), answer: answer)
        let status = await Self.end(of: child, within: limits.deadline)
        let signal = status & 0x7F
        switch signal {
        case 0: break
        case SIGSEGV, SIGABRT: throw .broken
        case SIGXFSZ: throw .tooLarge
        default: throw .tooSlow
        }
        switch (status >> 8) & 0xFF {
        case 0: return try LocalFile.read(answer, limit: Self.answerBytes)
        case 126, 127: throw .unavailable("\(program) cannot be run")
        // A decoder that was refused memory or time says that it failed, like one that met nonsense.
        default: throw .broken
        }
    }

    private static func words(_ program: String, _ arguments: [String], _ limits: Limits) -> [String] {
        [
            "prlimit", "--cpu=\(limits.processorSeconds)", "--as=\(limits.memoryBytes)", "--fsize=\(limits.fileBytes)",
            "--nofile=64", "--core=0", "--", program,
        ] + arguments
    }

    private func start(_ words: [String], answer: String) throws(MediaError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        guard posix_spawn_file_actions_init(&actions) == 0 else { throw .unavailable("spawn") }
        defer { posix_spawn_file_actions_destroy(&actions) }
        guard posix_spawnattr_init(&attributes) == 0 else { throw .unavailable("spawn") }
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        let flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW
        let isPrepared =
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0) == 0
            && posix_spawn_file_actions_addopen(&actions, 1, answer, flags, 0o600) == 0
            && posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0) == 0
            && posix_spawn_file_actions_addchdir_np(&actions, folder) == 0
            && posix_spawn_file_actions_addclosefrom_np(&actions, 3) == 0
            && posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK)) == 0
            && posix_spawnattr_setpgroup(&attributes, 0) == 0 && posix_spawnattr_setsigmask(&attributes, &none) == 0
        guard isPrepared else { throw .unavailable("spawn") }
        var child: pid_t = 0
        let home = ["HOME=\(folder)", "TMPDIR=\(folder)", "XDG_CACHE_HOME=\(folder)"]
        let code = Self.withPointers(words) { arguments in
            Self.withPointers(Self.environment + home) { environment in
                posix_spawnp(&child, "prlimit", &actions, &attributes, arguments, environment)
            }
        }
        guard code == 0 else { throw .unavailable("prlimit cannot be run") }
        return child
    }

    private typealias Pointers = UnsafePointer<UnsafeMutablePointer<CChar>?>

    private static func withPointers(_ words: [String], _ body: (Pointers) -> Int32) -> Int32 {
        var pointers: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        pointers.append(nil)
        defer { for pointer in pointers { free(pointer) } }
        return pointers.withUnsafeBufferPointer { $0.baseAddress.map(body) ?? EINVAL }
    }

    /// Waits without holding a thread; kills at the deadline and when nobody waits any longer.
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
