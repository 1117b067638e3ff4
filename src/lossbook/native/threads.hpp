// Threads without a pool: they are started for one call and joined before it returns, so there is
// nothing to clash with another runtime and nothing that a fork could inherit half-alive.
#pragma once

#include <algorithm>
#include <atomic>
#include <system_error>
#include <thread>
#include <vector>

#include "driver.hpp"

namespace lossbook {

// Numbers that one thread should at least work on: starting it costs some 20 us, the time in which
// the cheapest kernels get through about this many.
inline constexpr std::size_t numbers_per_thread = 65536;

inline unsigned threads_worth(std::size_t numbers) {
    const std::size_t worth = std::max<std::size_t>(1, numbers / numbers_per_thread);
    return unsigned(std::min<std::size_t>(thread_count(), worth));
}

// Calls worker(next) in every thread; next() hands out the numbers 0 .. count-1, each once.
template <class Worker> void share_out(std::size_t count, unsigned threads, const Worker& worker) {
    std::atomic<std::size_t> counter{0};
    const auto next = [&counter, count] {
        const std::size_t mine = counter.fetch_add(1, std::memory_order_relaxed);
        return std::min(mine, count);
    };
    std::vector<std::thread> helpers;
    helpers.reserve(threads);
    for (unsigned i = 1; i < threads; ++i) {
        try {
            helpers.emplace_back([&] { worker(next); });
        } catch (const std::system_error&) {
            break; // no more threads to be had: those that run share the work, with the same result
        }
    }
    worker(next);
    for (std::thread& helper : helpers) helper.join();
}

} // namespace lossbook
