// SPDX-License-Identifier: Apache-2.0

internal import CMalloc
internal import Glibc

/// The settings of the C library's allocator, which Swift uses too.
enum Allocator {
    /// How many arenas all threads share.
    private static let arenas: Int32 = 2

    /// Limits the memory that freed objects leave behind.
    ///
    /// glibc gives nearly every thread an arena, up to eight for each processor. What was freed in one arena is not used
    /// by the threads of another one, so a node with a dozen threads keeps more memory than it needs. An operator who
    /// sets `MALLOC_ARENA_MAX` decides instead. Call it before other threads have started.
    static func limitArenas() {
        guard getenv("MALLOC_ARENA_MAX") == nil else { return }
        _ = mallopt(M_ARENA_MAX, arenas)
    }
}
