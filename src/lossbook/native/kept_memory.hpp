// Memory of large results, kept for the next call that wants as much.
//
// The system hands out memory in pages that it first fills with zeros, when they are touched. For
// results too large for the C library to keep, that took as long as computing them: a call that
// gives back 80 MB got half as slow as one with `out=`. In training, the same call is made again and
// again, and the array of the last step has just been let go.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lossbook {

// From this size on, results are made here. The GNU C library is meant to keep what is below 32 MiB,
// but gives the end of its heap back as soon as both results of a call are let go: gradient and
// Hessian of 4 MB each took 8 ms a call, and 1.4 ms from here. Elsewhere than on Linux, keeping memory
// would take it from other processes.
#if defined(__linux__)
inline constexpr std::size_t kept_from = std::size_t(1) << 20;
#else
inline constexpr std::size_t kept_from = SIZE_MAX;
#endif

// At least `size` bytes, from a multiple of 64; null where there is no more memory.
void* take_memory(std::size_t size);

// Keeps the memory for the next take_memory(), and lets the system have it whenever it is short.
void give_memory_back(void* memory);

// How many bytes take_memory() has put at `memory`.
std::size_t memory_size(const void* memory);

} // namespace lossbook
