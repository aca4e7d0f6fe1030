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
}
