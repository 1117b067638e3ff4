// Reading a call's columns block by block, and adding up what the blocks gave.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "driver.hpp"
#include "threads.hpp"

namespace lossbook {

inline void add(Twofold& total, const Twofold& part) {
    const double sum = total.sum + part.sum;
    const double back = sum - total.sum;
    total.lost += (total.sum - (sum - back)) + (part.sum - back) + part.lost;
    total.sum = sum;
}

inline double rounded(const Twofold& total) {
    // An infinite or missing sum has no lost part, only inf - inf.
    return std::isfinite(total.sum) ? total.sum + total.lost : total.sum;
}

// In the order of the blocks, whichever thread made them: the bits do not depend on threads.
inline double sum_in_order(const std::vector<Twofold>& parts) {
    Twofold total;
    for (const Twofold& part : parts) add(total, part);
    return rounded(total);
}



// The numbers start .. start+count as contiguous T: where they lie, or converted into the buffer.
template <class T>
const T* load(const InstructionSet& set, const Column& column, std::size_t start, std::size_t count,
              T* buffer) {
    const char* base = column.data + std::ptrdiff_t(start) * column.stride;
    if (column.element == element_of<T> && column.stride == std::ptrdiff_t(sizeof(T)))
        return reinterpret_cast<const T*>(base);
    set.functions<T>().convert(column.element, base, column.stride, count, buffer);
    return buffer;
}

// The sum of the weights; NaN or infinite where one of them is negative or not a finite number.
template <class T> double total_weight(const Work& work) {
    if (!work.weight) return double(work.samples);
    const InstructionSet& set = *work.instructions;
    const std::size_t blocks = (work.samples + block_length - 1) / block_length;
    std::vector<Twofold> parts(blocks);
    share_out(blocks, blocks_per_turn, [&](Turns& next) {
        for (std::size_t block = next(); block != Turns::none; block = next()) {
            const std::size_t start = block * block_length;
            const std::size_t count = std::min(block_length, work.samples - start);
            parts[block] = set.functions<T>().sum_weights(work.weight, start, count);
        }
    });
    return sum_in_order(parts);
}

template <class T> T* at(void* output, std::size_t start) {
    return output == nullptr ? nullptr : static_cast<T*>(output) + start;
}

} // namespace lossbook
