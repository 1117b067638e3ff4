#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "columns.hpp"
#include "threads.hpp"

namespace lossbook {

namespace {

// Not once a block: squared error would take 1.4 times as long.
void fence_stores() {
#if defined(__x86_64__)
    _mm_sfence();
#endif
}

// Bytes of an output from which it is stored past the caches. Squared error takes 1.1 times as long for
// that where the last cache has room for all arguments, and 0.75 times where other processes use it.
constexpr std::size_t past_caches_from = std::size_t(16) << 20;

template <class T> class Pointwise {
  public:
    explicit Pointwise(const PointwiseWork& work)
        : work_(work), functions_(work.kernel->functions<T>()),
          blocks_((work.samples + block_length - 1) / block_length) {
        job_.y = work.y;
        job_.p = work.p;
        job_.weight = work.weight;
        job_.value = static_cast<T*>(work.outputs.value);
        job_.gradient = static_cast<T*>(work.outputs.gradient);
        job_.hessian = static_cast<T*>(work.outputs.hessian);
        job_.parameters = work.parameters;
        job_.past_caches = work.samples * sizeof(T) >= past_caches_from;
    }

    Outcome run() {
        const double total = total_weight<T>(work_);
        if (!(total > 0) || std::isinf(total)) return {false, 0};
        const bool mean = work_.reduction == Reduction::mean;
        job_.scale = mean ? 1 / total : 1.0;
        if (work_.outputs.in_callers_memory && !all_inside()) return {false, 0};
        const bool sums = (work_.want & value_bit) && job_.value == nullptr;
        std::vector<Twofold> parts(sums ? blocks_ : 0);
        if (!evaluate(parts)) return {false, 0};
        return {true, sum_in_order(parts) / (mean ? total : 1.0)};
    }

  private:
    template <class Block> bool in_all_blocks(const Block& block) {
        std::atomic<bool> valid{true};
        share_out(blocks_, blocks_per_turn, [&](Turns& next) {
            for (std::size_t number = next(); number != Turns::none && valid; number = next()) {
                const std::size_t start = number * block_length;
                if (!block(number, start, std::min(block_length, work_.samples - start)))
                    valid = false;
            }
            if (job_.past_caches) fence_stores();
        });
        return valid;
    }

    bool all_inside() {
        if (functions_.outside == nullptr) return true;
        return in_all_blocks([&](std::size_t, std::size_t start, std::size_t count) {
            return !functions_.outside(job_, start, count);
        });
    }

    bool evaluate(std::vector<Twofold>& parts) {
        const auto function = functions_.block[work_.want];
        return in_all_blocks([&](std::size_t number, std::size_t start, std::size_t count) {
            const PointwiseOutcome outcome = function(job_, start, count);
            if (!parts.empty()) parts[number] = outcome.sum;
            return !outcome.outside;
        });
    }

    const PointwiseWork& work_;
    const PointwiseFunctions<T>& functions_;
    std::size_t blocks_;
    PointwiseJob<T> job_{};
};

} // namespace

template <class T> Outcome run_pointwise(const PointwiseWork& work) {
    return Pointwise<T>(work).run();
}

template Outcome run_pointwise<float>(const PointwiseWork&);
template Outcome run_pointwise<double>(const PointwiseWork&);

} // namespace lossbook
