// The softmax of one row of any length: its largest score, its E and their sum.
#pragma once

#include <cstring>

#include "blocks.hpp"
#include "softmax.hpp"

namespace lossbook::LOSSBOOK_ISA {

// NaN is passed over. `count` vectors at a time; the last ones may be read twice.
template <std::size_t count, class T>
LOSSBOOK_INLINE T largest_of_vectors(const T* x, std::size_t numbers) {
    constexpr std::size_t width = vector_width<T>, step = count * width;
    Vector<T> largest[count];
#pragma GCC unroll 4
    for (Vector<T>& lanes : largest) lanes = Vector<T>{} - elementary::infinity<T>;
    const auto include = [&](std::size_t i) {
#pragma GCC unroll 4
        for (std::size_t part = 0; part < count; ++part)
            largest[part] = larger(load_vector<Vector<T>>(x + i + part * width), largest[part]);
    };
    for (std::size_t i = 0; i + step < numbers; i += step) include(i);
    include(numbers - step);
#pragma GCC unroll 4
    for (std::size_t part = 1; part < count; ++part) largest[0] = larger(largest[0], largest[part]);
    return largest_lane<width / 2, T>(largest[0]);
}

template <class T> LOSSBOOK_INLINE T largest_of(const T* x, std::size_t count) {
    if (count >= 4 * vector_width<T>) return largest_of_vectors<4>(x, count);
    if (count >= vector_width<T>) return largest_of_vectors<1>(x, count);
    T largest = -elementary::infinity<T>;
    for (std::size_t j = 0; j < count; ++j) largest = x[j] > largest ? x[j] : largest;
    return largest;
}

// The first place of a number that is there; 0 if none equals it.
template <class T> LOSSBOOK_INLINE std::size_t find(const T* x, std::size_t count, T wanted) {
    for (std::size_t j = 0; j < count; ++j)
        if (x[j] == wanted) return j;
    return 0;
}

// The sum of E, none negative, with what is lost by Dekker's FastTwoSum: three operations fewer than
// TwoSum. It is exact unless a term exceeds the sum so far; the sum then doubles at least, so all that
// is missed together is less than the last unit of the result.
//
// The largest scores are left out and counted: E of each is known to more bits.
template <class T> struct RestSum {
    static constexpr std::size_t width = vector_width<T>, parts = lanes / width;

    Vector<T> sums[parts] = {}, lost[parts] = {};
    std::size_t added = 0;

    LOSSBOOK_INLINE void add(std::size_t part, Vector<T> e, Mask<T> below) {
        const Vector<T> term = keep(below, e), total = sums[part] + term;
        added += count_lanes<T>(below);
        lost[part] += term - (total - sums[part]);
        sums[part] = total;
    }

    LOSSBOOK_INLINE Twofold total() const {
        constexpr std::size_t doubles = lanes / vector_width<double>;
        T numbers[lanes], numbers_lost[lanes];
#pragma GCC unroll 8
        for (std::size_t part = 0; part < parts; ++part) {
            // One by one: an array whose address is taken stays in memory while it is added to.
            store_vector(numbers + part * width, sums[part]);
            store_vector(numbers_lost + part * width, lost[part]);
        }
        Vector<double> all[doubles], all_lost[doubles];
#pragma GCC unroll 8
        for (std::size_t i = 0; i < doubles; ++i) {
            all[i] = load_doubles(numbers + i * vector_width<double>);
            all_lost[i] = load_doubles(numbers_lost + i * vector_width<double>);
            if constexpr (sizeof(T) == 4) all[i] += all_lost[i];
        }
#pragma GCC unroll 4
        for (std::size_t half = doubles / 2; half != 0; half /= 2)
#pragma GCC unroll 4
            for (std::size_t i = 0; i < half; ++i)
                join(all[i], all_lost[i], all[i + half], all_lost[i + half]);
        fold<vector_width<double> / 2>(all[0], all_lost[0]);
        return {all[0][0], sizeof(T) == 4 ? 0.0 : all_lost[0][0]};
    }

  private:
    using Doubles = Vector<double>;

    LOSSBOOK_INLINE static void join(Doubles& sum, Doubles& low, Doubles other, Doubles other_low) {
        if constexpr (sizeof(T) == 4) {
            sum += other;
        } else {
            low += other_low;
            lossbook::LOSSBOOK_ISA::add(sum, low, other);
        }
    }

    template <std::size_t distance> LOSSBOOK_INLINE static void fold(Doubles& sum, Doubles& low) {
        join(sum, low, rotate<distance>(sum), rotate<distance>(low));
        if constexpr (distance > 1) fold<distance / 2>(sum, low);
    }
};

// The last numbers of a row, as many as there are lanes; zeros before those of a shorter row.
template <class T> LOSSBOOK_INLINE void read_last(const T* row, std::size_t classes, T* last) {
    if (classes >= lanes) {
        std::memcpy(last, row + classes - lanes, lanes * sizeof(T));
    } else {
        for (std::size_t i = 0; i < lanes; ++i) last[i] = 0;
        std::memcpy(last + lanes - classes, row, classes * sizeof(T));
    }
}

// E of `count` vectors of scores.
template <bool keep_all, std::size_t count, class T>
LOSSBOOK_INLINE void exponentials_at(const T* z, std::size_t ahead, const RowConstants<T>& row, T* to,
                                     RestSum<T>& rest) {
    constexpr std::size_t width = vector_width<T>, parts = lanes / width;
    Several<T, count> scores;
    Mask<T> below[count];
    prefetch<count * vector_bytes>(z + ahead);
#pragma GCC unroll 8
    for (std::size_t i = 0; i < count; ++i) {
        scores.part[i] = load_vector<Vector<T>>(z + i * width);
        below[i] = unequal(scores.part[i], row.largest);
    }
    const Several<T, count> e = scaled_exp(scores, row);
#pragma GCC unroll 8
    for (std::size_t i = 0; i < count; ++i) {
        if constexpr (keep_all) store_vector(to + i * width, e.part[i]);
        rest.add(i % parts, e.part[i], below[i]);
    }
}

template <bool keep_all, std::size_t count, class T>
LOSSBOOK_INLINE void exponentials_from(std::size_t i, std::size_t end, const T* z, std::size_t ahead,
                                       const RowConstants<T>& row, T* to, RestSum<T>& rest) {
    constexpr std::size_t step = count * vector_width<T>;
    for (; i + step <= end; i += step)
        exponentials_at<keep_all, count>(z + i, ahead, row, keep_all ? to + i : nullptr, rest);
    if constexpr (step > lanes)
        exponentials_from<keep_all, count / 2>(i, end, z, ahead, row, to, rest);
}

// Vectors at a time: as many as there are registers for.
inline constexpr std::size_t exponentials_at_once = vector_bytes == 64 ? 8 : 4;

// Leaves E in `to`, which may be the scores, if it is to be kept.
template <bool keep_all, class T>
LOSSBOOK_INLINE RestSum<T> exponentials(const T* z, std::size_t classes, std::size_t ahead,
                                        const RowConstants<T>& row, T* to) {
    constexpr std::size_t width = vector_width<T>, parts = lanes / width;
    const std::size_t beyond = classes % lanes, whole = classes - beyond;
    T last[lanes];
    if (beyond != 0) read_last(z, classes, last); // before E is written over it
    RestSum<T> rest;
    exponentials_from<keep_all, exponentials_at_once>(0, whole, z, ahead, row, to, rest);
    if (beyond == 0) return rest;
    // Some of the last ones are evaluated a second time, but not added.
#pragma GCC unroll 8
    for (std::size_t part = 0; part < parts; ++part) {
        const std::size_t start = part * width, first = lanes - beyond;
        if (start + width <= first) continue;
        const auto scores = load_vector<Vector<T>>(last + start);
        const Mask<T> wanted = lanes_from<T>(first > start ? first - start : 0);
        const Vector<T> e = scaled_exp(Several<T, 1>{{scores}}, row).part[0];
        rest.add(part, e, unequal(scores, row.largest) & wanted);
        if constexpr (keep_all) {
            if (whole == 0) store_vector(last + start, e);
            else store_vector(to + classes - lanes + start, e);
        }
    }
    if constexpr (keep_all)
        if (whole == 0) std::memcpy(to, last + lanes - classes, classes * sizeof(T));
    return rest;
}

// E of a row, kept unless `to` is null, and the sum of all but the one at the largest score. The
// scores that are `ahead` are on their way from memory when this returns.
template <class T>
LOSSBOOK_INLINE Pair<T> softmax(const T* z, std::size_t classes, std::size_t ahead, T largest,
                                const Reference<T>& r, Pair<T> top, T* to) {
    const RowConstants<T> row = in_every_lane(largest, r);
    const RestSum<T> sum = to == nullptr ? exponentials<false>(z, classes, ahead, row, to)
                                         : exponentials<true>(z, classes, ahead, row, to);
    Twofold rest = sum.total();
    const std::size_t left_out = classes - sum.added;
    if (left_out > 1) { // the largest score occurs several times
        const double copies = double(left_out - 1);
        const double undefined = double(largest - largest); // NaN where they are infinite
        add(rest.sum, rest.lost, copies * double(top.high));
        rest.lost += copies * double(top.low) + undefined;
    } else if (to != nullptr && elementary::abs(largest) == elementary::infinity<T>) {
        for (std::size_t j = 0; j < classes; ++j) to[j] = to[j] == to[j] ? to[j] : top.high;
    }
    const T high = T(rest.sum + rest.lost);
    return {high, T((rest.sum - double(high)) + rest.lost)};
}

} // namespace lossbook::LOSSBOOK_ISA
