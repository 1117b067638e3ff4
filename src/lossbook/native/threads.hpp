// Threads without a pool: they are started for one call and are through with it when it returns, so
// there is nothing to clash with another runtime and nothing that a fork could inherit half-alive.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <memory>
#include <system_error>
#include <thread>

#include "driver.hpp"

namespace lossbook {

// What a thread costs, in seconds: measured on a virtual machine with Linux, 20 us of the one who
// starts it, and it runs 40 us later. Work of t seconds takes t / k + k * thread_cost in k threads,
// which is least for k = sqrt(t / thread_cost).
inline constexpr double thread_cost = 40e-6;

// How many threads are worth their cost for so much work.
inline std::size_t threads_worth(double seconds) {
    const std::size_t best = std::size_t(std::sqrt(seconds / thread_cost));
    return std::clamp<std::size_t>(best, 1, thread_count());
}

// Blocks that a thread takes at a time: 16 Ki numbers, enough that asking for them costs nothing, and
// few enough that a thread which starts late leaves the others little to wait for.
inline constexpr std::size_t blocks_per_turn = 16;

// Hands one thread its share of the numbers 0 .. count-1, `per_turn` in a row; then `none` for ever.
class Turns {
  public:
    static constexpr std::size_t none = std::size_t(-1);

    Turns(std::atomic<std::size_t>& counter, std::size_t count, std::size_t per_turn)
        : counter_(counter), count_(count), per_turn_(per_turn) {}

    std::size_t operator()() {
        if (position_ == end_) {
            position_ = std::min(counter_.fetch_add(per_turn_, std::memory_order_relaxed), count_);
            end_ = std::min(position_ + per_turn_, count_);
        }
        return position_ < end_ ? position_++ : none;
    }

  private:
    std::atomic<std::size_t>& counter_;
    std::size_t count_, per_turn_, position_ = 0, end_ = 0;
};

// A call's door to its helpers. On a busy machine a thread may be started and not run for
// milliseconds; the call does not wait for one that has not come in, and such a one finds the door
// closed. Shared with the helpers, as it may be gone last of all that the call made.
class Door {
  public:
    bool enter() {
        unsigned seen = inside_;
        while (!(seen & closed))
            if (inside_.compare_exchange_weak(seen, seen + 1)) return true;
        return false;
    }

    void leave() {
        if (--inside_ == closed) inside_.notify_one();
    }

    // Helpers are at their last turn, which is over sooner than a sleeper would wake up.
    void close_and_wait() {
        inside_ |= closed;
        for (int look = 0; look < 1000; ++look) {
            if (inside_ == closed) return;
            pause();
        }
        for (unsigned seen = inside_; seen != closed; seen = inside_) inside_.wait(seen);
    }

  private:
    static void pause() {
#if defined(__x86_64__)
        __builtin_ia32_pause(); // some 40 ns
#endif
    }

    static constexpr unsigned closed = 1u << 31;
    std::atomic<unsigned> inside_{0};
};

template <class Worker>
void share_rest(std::atomic<std::size_t>& counter, std::size_t count, std::size_t per_turn,
                std::size_t threads, const Worker& worker) {
    const auto work = [&] {
        Turns next(counter, count, per_turn);
        worker(next);
    };
    const auto door = std::make_shared<Door>();
    for (std::size_t i = 1; i < threads; ++i) {
        try {
            std::thread([door, &work] {
                if (!door->enter()) return;
                work();
                door->leave();
            }).detach();
        } catch (const std::system_error&) {
            break; // no more threads to be had: those that run share the work, with the same result
        }
    }
    work();
    door->close_and_wait();
}

// Calls worker(next), which asks next() for the numbers 0 .. count-1, each handed out once, until it
// gives Turns::none. The first turn shows how long the rest will take, whatever the formula, the
// outputs and the memory: threads join in if that is worth what they cost.
template <class Worker>
void share_out(std::size_t count, std::size_t per_turn, const Worker& worker) {
    using Clock = std::chrono::steady_clock;
    std::atomic<std::size_t> counter{0};
    const std::size_t first = thread_count() == 1 ? count : std::min(count, per_turn);
    const auto start = Clock::now();
    Turns next(counter, first, per_turn);
    worker(next);
    if (first == count) return;
    const std::chrono::duration<double> turn = Clock::now() - start;
    counter = first;
    const double rest = turn.count() * double(count - first) / double(first);
    share_rest(counter, count, per_turn, threads_worth(rest), worker);
}

} // namespace lossbook
