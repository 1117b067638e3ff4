#include <utility>

#include "columns.hpp"
#include "threads.hpp"

namespace lossbook {

namespace {

template <class T> struct Buffers {
    alignas(64) T y[block_length], p[block_length], value[block_length];
    alignas(64) double weight[block_length];
};

template <class T> class Pointwise {
  public:
    explicit Pointwise(const PointwiseWork& work)
        : work_(work), set_(*work.instructions), functions_(work.kernel->functions<T>()) {}

    Outcome run() {
        const double total = total_weight<T>(work_);
        if (!(total > 0) || std::isinf(total)) return {false, 0};
        const bool mean = work_.reduction == Reduction::mean;
        scale_ = mean ? 1 / total : 1.0;
        const std::size_t blocks = (work_.samples + block_length - 1) / block_length;
        if (work_.outputs.in_callers_memory && !all_inside(blocks)) return {false, 0};
        const bool sums = (work_.want & value_bit) && work_.outputs.value == nullptr;
        std::vector<Twofold> parts(sums ? blocks : 0);
        if (!evaluate(blocks, parts)) return {false, 0};
        return {true, sum_in_order(parts) / (mean ? total : 1.0)};
    }

  private:
    bool all_inside(std::size_t blocks) {
        if (functions_.outside == nullptr) return true;
        Buffers<T> buffers;
        for (std::size_t block = 0; block < blocks; ++block) {
            const auto [start, count] = range(block);
            const T* y = load(set_, work_.y, start, count, buffers.y);
            const T* p = load(set_, work_.p, start, count, buffers.p);
            if (functions_.outside(y, p, count)) return false;
        }
        return true;
    }

    bool evaluate(std::size_t blocks, std::vector<Twofold>& parts) {
        std::atomic<bool> valid{true};
        share_out(blocks, blocks_per_turn, threads_worth(work_.samples), [&](auto& next) {
            Buffers<T> buffers;
            for (std::size_t block = next(); block < blocks && valid; block = next())
                if (!one_block(block, buffers, parts)) valid = false;
        });
        return valid;
    }

    bool one_block(std::size_t block, Buffers<T>& buffers, std::vector<Twofold>& parts) {
        const auto [start, count] = range(block);
        const BlockFunctions<T>& functions = set_.functions<T>();
        const T* y = load(set_, work_.y, start, count, buffers.y);
        const T* p = load(set_, work_.p, start, count, buffers.p);
        T* value = at<T>(work_.outputs.value, start);
        T* gradient = at<T>(work_.outputs.gradient, start);
        T* hessian = at<T>(work_.outputs.hessian, start);
        const double* weights = nullptr;
        if (work_.weight) weights = load(set_, work_.weight, start, count, buffers.weight);
        // An output may be the weights' own memory and is written before they are used.
        if (weights != nullptr && work_.outputs.in_callers_memory && weights != buffers.weight) {
            std::copy_n(weights, count, buffers.weight);
            weights = buffers.weight;
        }
        const bool outside = functions_.block[work_.want](
            y, p, value != nullptr ? value : buffers.value, gradient, hessian, count,
            work_.parameters, T(weights == nullptr ? scale_ : 1.0));
        if (outside) return false;
        if (!parts.empty()) parts[block] = functions.sum(buffers.value, weights, count);
        if (weights != nullptr)
            for (T* output : {value, gradient, hessian})
                if (output != nullptr) functions.weigh(output, weights, scale_, count);
        return true;
    }

    std::pair<std::size_t, std::size_t> range(std::size_t block) const {
        const std::size_t start = block * block_length;
        return {start, std::min(block_length, work_.samples - start)};
    }

    const PointwiseWork& work_;
    const InstructionSet& set_;
    const PointwiseFunctions<T>& functions_;
    double scale_ = 1;
};

} // namespace

template <class T> Outcome run_pointwise(const PointwiseWork& work) {
    return Pointwise<T>(work).run();
}

template Outcome run_pointwise<float>(const PointwiseWork&);
template Outcome run_pointwise<double>(const PointwiseWork&);

} // namespace lossbook
