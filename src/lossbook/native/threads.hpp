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

// Blocks that a thread takes at a time: 16 Ki numbers, enough that asking for them costs nothing, and
// few enough that a thread which starts late leaves the others little to wait for.
inline constexpr std::size_t blocks_per_turn = 16;

// Hands one thread its share of the numbers 0 .. count-1, `per_turn` in a row; then `count` for ever.
class Turns {
  public:
    Turns(std::atomic<std::size_t>& counter, std::size_t count, std::size_t per_turn)
        : counter_(counter), count_(count), per_turn_(per_turn) {}

    std::size_t operator()() {
        if (position_ == end_) {
            position_ = std::min(counter_.fetch_add(per_turn_, std::memory_order_relaxed), count_);
            end_ = std::min(position_ + per_turn_, count_);
        }
        return position_ < end_ ? position_++ : count_;
    }

  private:
    std::atomic<std::size_t>& counter_;
    std::size_t count_, per_turn_, position_ = 0, end_ = 0;
};

// Calls worker(next) in every thread; next() hands out the numbers 0 .. count-1, each once.
template <class Worker>
void share_out(std::size_t count, std::size_t per_turn, unsigned threads, const Worker& worker) {
    std::atomic<std::size_t> counter{0};
    const auto work = [&] {
        Turns next(counter, count, per_turn);
        worker(next);
    };
    std::vector<std::thread> helpers;
    helpers.reserve(threads);
    for (unsigned i = 1; i < threads; ++i) {
        try {
            helpers.emplace_back(work);
        } catch (const std::system_error&) {
            break; // no more threads to be had: those that run share the work, with the same result
        }
    }
    work();
    for (std::thread& helper : helpers) helper.join();
}

} // namespace lossbook
