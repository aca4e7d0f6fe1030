// SPDX-License-Identifier: Apache-2.0

internal import CMalloc
internal import Glibc

/// The settings of the C library's allocator, which Swift uses too.
enum Allocator {
    /// How many arenas all threads share.
    private static let arenas: Int32 = 2
    /// From this size in bytes on an object has pages of its own, which go back to the system when it is freed.
    private static let largeObject: Int32 = 256 * 1024
    /// How much free memory at the end of an arena stays with the process. A burst of activities takes and frees a
    /// megabyte many times a second; giving it back each time costs a fifth of all CPU time.
    private static let reserve: Int32 = 4 * 1024 * 1024

    /// How often ``returnMemory()`` looks at what the process did.
    private static let interval = Duration.milliseconds(500)

    /// Limits the memory that freed objects leave behind. Call it before other threads have started.
    ///
    /// glibc gives nearly every thread an arena, up to eight for each processor. What was freed in one arena is not used
    /// by the threads of another one, so a node with a dozen threads keeps more memory than it needs. And after one
    /// large object was freed, such as a response of a megabyte, glibc puts the next ones of that size between the small
    /// ones, where they leave holes. An operator who sets `MALLOC_ARENA_MAX`, `MALLOC_MMAP_THRESHOLD_` or
    /// `MALLOC_TRIM_THRESHOLD_` decides instead.
    static func limitMemory() {
        if getenv("MALLOC_ARENA_MAX") == nil { _ = mallopt(M_ARENA_MAX, arenas) }
        if getenv("MALLOC_MMAP_THRESHOLD_") == nil { _ = mallopt(M_MMAP_THRESHOLD, largeObject) }
        if getenv("MALLOC_TRIM_THRESHOLD_") == nil { _ = mallopt(M_TRIM_THRESHOLD, reserve) }
    }

    /// Gives the memory that a burst of work has freed back to the system, until the task is cancelled.
    ///
    /// By itself glibc only gives back what is free at the end of an arena. One small object that stays there keeps all
    /// the free memory below it: after a burst of requests most of the process was free memory.
    static func returnMemory() async {
        var schedule = MemoryReturn()
        while (try? await Task.sleep(for: interval)) != nil {
            guard schedule.isDue(afterCPU: usedSeconds) else { continue }
            _ = malloc_trim(Int(reserve))
        }
    }

    /// The CPU time of the whole process so far, in seconds.
    private static var usedSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// Decides when freed memory is given back. The pages must be fetched again when they are needed, so this happens when
/// a burst of work is over, and seldom while it lasts.
struct MemoryReturn {
    /// A process is calm when it used less CPU time than this since the last look, in seconds.
    private static let calm = 0.05
    /// Less work than this leaves little behind, in seconds of CPU time.
    private static let burst = 0.25
    /// How many looks a burst may last before memory is given back although it goes on.
    private static let patience = 40

    /// The CPU time at the last look, and when memory was last given back.
    private var lookedAt = 0.0
    private var returnedAt = 0.0
    private var looks = 0

    /// Whether memory should be given back now.
    ///
    /// - Parameter seconds: the CPU time that the process has used so far.
    mutating func isDue(afterCPU seconds: Double) -> Bool {
        let isCalm = seconds - lookedAt < Self.calm
        lookedAt = seconds
        guard seconds - returnedAt >= Self.burst else { return false }
        looks += 1
        guard isCalm || looks >= Self.patience else { return false }
        (returnedAt, looks) = (seconds, 0)
        return true
    }
}
