// Softmax cross entropy of long rows, some rows at a time.
//
// What is done once per row has a long chain of operations: a division, a log1p, sums over the lanes
// of a vector. Rows in a group do it together, one row per lane, between passes over each row:
//   1. the largest score and its place;                             lanes: what the E of a row share
//   2. E, kept where the results will be, and the sum of the others; lanes: the normaliser, the value
//   3. the results from E.
// A group is as large as the first-level cache lets its E be, and the next group's scores are asked for
// during pass 2: memory is read once and written once.
#pragma once

#include "softmax_row.hpp"

namespace lossbook::LOSSBOOK_ISA {

// A number per row. Not over-aligned: g++ 12 then finds no vector type for its elements, and
// unaligned vector loads cost nothing that could be measured.
template <class T> using Lanes = T[tile_rows];

// What a group's E may take of the first-level cache.
inline constexpr std::size_t group_bytes = 24576;

// --------------------------------------------------------------------------- several rows at once

template <class T> struct RowGroup {
    std::size_t first, rows; // within the tile
    std::size_t label[tile_rows], top[tile_rows];
    bool label_is_top[tile_rows];
    Lanes<T> largest, scale, distance, label_e;
    Lanes<T> shift, magic, limit, top_high, top_low, rest, rest_low;
    Lanes<T> whole, whole_low, first_high, first_low, second, second_low;

    LOSSBOOK_INLINE Reference<T> reference(std::size_t lane) const {
        return {shift[lane], magic[lane], limit[lane], T(0)};
    }
};

template <class T> LOSSBOOK_INLINE void find_largest(const RowTile<T>& tile, RowGroup<T>& g) {
    for (std::size_t lane = 0; lane < g.rows; ++lane) {
        const std::size_t row = g.first + lane;
        const T* z = tile.scores + row * tile.classes;
        const bool labelled = tile.label[row] == tile.label[row];
        g.label[lane] = labelled ? std::size_t(tile.label[row]) : 0;
        g.largest[lane] = largest_of(z, tile.classes);
        if (tile.hessian != nullptr) g.top[lane] = find(z, tile.classes, g.largest[lane]);
        // In double: either factor may lie outside the range of float where the product does not. A
        // missing label makes the row's results NaN by way of its scale.
        const double weight = tile.weight == nullptr ? 1 : tile.weight[row];
        g.scale[lane] = labelled ? T(weight * tile.scale) : elementary::nan<T>;
        g.distance[lane] = labelled ? g.largest[lane] - z[g.label[lane]] : elementary::nan<T>;
        g.label_is_top[lane] = z[g.label[lane]] == g.largest[lane];
        if (labelled && g.label_is_top[lane]) g.distance[lane] = 0; // not inf - inf
    }
    for (std::size_t lane = g.rows; lane < tile_rows; ++lane)
        g.largest[lane] = g.scale[lane] = g.distance[lane] = g.rest[lane] = g.rest_low[lane] = 0;
}

template <class T> LOSSBOOK_INLINE void refer(RowGroup<T>& g) {
    for (std::size_t lane = 0; lane < tile_rows; ++lane) {
        const Reference<T> r = reference(g.largest[lane], g.scale[lane]);
        const Pair<T> top = scaled_top(g.largest[lane], r);
        g.shift[lane] = r.shift;
        g.magic[lane] = r.magic;
        g.limit[lane] = r.limit;
        g.top_high[lane] = top.high;
        g.top_low[lane] = top.low;
    }
}

// Value and normaliser. Without `omp simd`: see row_tiles.hpp.
template <class T> LOSSBOOK_INLINE void normalise(const RowTile<T>& tile, RowGroup<T>& g) {
    Lanes<T> value;
    for (std::size_t lane = 0; lane < tile_rows; ++lane) {
        const Pair<T> top{g.top_high[lane], g.top_low[lane]}, rest{g.rest[lane], g.rest_low[lane]};
        value[lane] = g.distance[lane] + elementary::log1p(odds(rest, top));
        const Normaliser<T> n = normaliser(top, rest, g.scale[lane]);
        g.whole[lane] = n.whole.high;
        g.whole_low[lane] = n.whole.low;
        g.first_high[lane] = n.first.high;
        g.first_low[lane] = n.first.low;
        g.second[lane] = n.second.high;
        g.second_low[lane] = n.second.low;
    }
    for (std::size_t lane = 0; lane < g.rows; ++lane) tile.value[g.first + lane] = value[lane];
}

// Results from E, which may stand where they go.
template <class T>
LOSSBOOK_INLINE void results_of_row(const RowTile<T>& tile, const RowGroup<T>& g, std::size_t lane,
                                    const T* e) {
    const std::size_t start = (g.first + lane) * tile.classes;
    if (tile.hessian != nullptr) {
        const Pair<T> whole{g.whole[lane], g.whole_low[lane]}, rest{g.rest[lane], g.rest_low[lane]};
        const Pair<T> second{g.second[lane], g.second_low[lane]};
        T* hessian = tile.hessian + start;
#pragma omp simd
        for (std::size_t j = 0; j < tile.classes; ++j)
            hessian[j] = curvature(second, e[j], others(whole, e[j]));
        hessian[g.top[lane]] = curvature(second, g.top_high[lane], rest);
    }
    if (tile.gradient != nullptr) {
        const Pair<T> first{g.first_high[lane], g.first_low[lane]};
        T* gradient = tile.gradient + start;
#pragma omp simd
        for (std::size_t j = 0; j < tile.classes; ++j) gradient[j] = product(e[j], first);
    }
}

// E of a row once more: one too long for them to stay near takes less time to evaluate again than to
// write them and read them back.
template <class T>
LOSSBOOK_INLINE T exponential_again(const RowTile<T>& tile, const RowGroup<T>& g, std::size_t lane,
                                    std::size_t j) {
    const T* z = tile.scores + (g.first + lane) * tile.classes;
    const Several<T, 1> score{{z[j] - Vector<T>{}}};
    return scaled_exp(score, in_every_lane(g.largest[lane], g.reference(lane))).part[0][0];
}

// A gradient that goes past the caches to memory, in whole lines. What is not a whole line at the row's
// ends goes the usual way, with the rows beside it.
template <class T>
LOSSBOOK_INLINE void stream_row(const RowTile<T>& tile, const RowGroup<T>& g, std::size_t lane) {
    constexpr std::size_t width = vector_width<T>, count = exponentials_at_once, step = count * width;
    const std::size_t start = (g.first + lane) * tile.classes;
    const T* z = tile.scores + start;
    T* gradient = tile.gradient + start;
    const RowConstants<T> row = in_every_lane(g.largest[lane], g.reference(lane));
    const Pair<T> first{g.first_high[lane], g.first_low[lane]};
    const Vector<T> high = first.high - Vector<T>{}, low = first.low - Vector<T>{};
    const std::size_t past = reinterpret_cast<std::uintptr_t>(gradient) % cache_line / sizeof(T);
    const std::size_t head = past == 0 ? 0 : cache_line / sizeof(T) - past;
    const std::size_t whole = head + (tile.classes - head) / step * step;
    for (std::size_t j = head; j < whole; j += step) {
        const Several<T, count> e = scaled_exp(load_several<T, count>(z + j), row);
#pragma GCC unroll 8
        for (std::size_t i = 0; i < count; ++i)
            stream_vector(gradient + j + i * width, fma(e.part[i], high, e.part[i] * low));
    }
    finish_streaming();
    const auto one = [&](std::size_t j) {
        gradient[j] = product(exponential_again(tile, g, lane, j), first);
    };
    for (std::size_t j = 0; j < head; ++j) one(j);
    for (std::size_t j = whole; j < tile.classes; ++j) one(j);
}

// Minus the share of the others, not p - 1.
template <class T>
LOSSBOOK_INLINE void gradient_at_label(const RowTile<T>& tile, const RowGroup<T>& g, std::size_t lane) {
    const Pair<T> whole{g.whole[lane], g.whole_low[lane]}, rest{g.rest[lane], g.rest_low[lane]};
    const Pair<T> apart = g.label_is_top[lane] ? rest : others(whole, g.label_e[lane]);
    tile.gradient[(g.first + lane) * tile.classes + g.label[lane]] =
        -product(apart, Pair<T>{g.first_high[lane], g.first_low[lane]});
}

// A row of weight 0 contributes exactly 0, even where its loss is infinite.
template <class T> LOSSBOOK_INLINE void silence(const RowTile<T>& tile, std::size_t row) {
    if (tile.weight == nullptr || tile.weight[row] != 0) return;
    tile.value[row] = 0;
    for (T* output : {tile.gradient, tile.hessian})
        if (output != nullptr)
            for (std::size_t j = 0; j < tile.classes; ++j) output[row * tile.classes + j] = 0;
}

template <class T> LOSSBOOK_INLINE bool all_finite(const RowGroup<T>& g) {
    bool finite = true;
    for (std::size_t lane = 0; lane < g.rows; ++lane)
        finite = finite && elementary::abs(g.largest[lane]) < elementary::infinity<T>;
    return finite;
}

template <class T>
LOSSBOOK_INLINE void label_group(const RowTile<T>& tile, std::size_t first, std::size_t rows) {
    const std::size_t classes = tile.classes;
    RowGroup<T> g;
    g.first = first;
    g.rows = rows;
    find_largest(tile, g);
    refer(g);
    const bool stream = tile.stream && all_finite(g);
    T* results = tile.gradient != nullptr ? tile.gradient : tile.hessian;
    T* kept = results == nullptr || stream ? nullptr : results + first * classes;
    for (std::size_t lane = 0; lane < rows; ++lane) {
        const T* z = tile.scores + (first + lane) * classes;
        T* e = kept == nullptr ? nullptr : kept + lane * classes;
        const Pair<T> top{g.top_high[lane], g.top_low[lane]};
        const Pair<T> rest =
            softmax(z, classes, rows * classes, g.largest[lane], g.reference(lane), top, e);
        g.rest[lane] = rest.high;
        g.rest_low[lane] = rest.low;
        if (stream) g.label_e[lane] = exponential_again(tile, g, lane, g.label[lane]);
        else if (e != nullptr) g.label_e[lane] = e[g.label[lane]];
    }
    normalise(tile, g);
    for (std::size_t lane = 0; lane < rows; ++lane) {
        if (stream) stream_row(tile, g, lane);
        else if (results != nullptr) results_of_row(tile, g, lane, kept + lane * classes);
        if (tile.gradient != nullptr) gradient_at_label(tile, g, lane);
        silence(tile, first + lane);
    }
}

template <class T> void label_rows(const RowTile<T>& tile) {
    const std::size_t fitting = group_bytes / (tile.classes * sizeof(T));
    const std::size_t at_once = fitting < 1 ? 1 : fitting < tile_rows ? fitting : tile_rows;
    for (std::size_t row = 0; row < tile.rows; row += at_once)
        label_group(tile, row, tile.rows - row < at_once ? tile.rows - row : at_once);
}

} // namespace lossbook::LOSSBOOK_ISA
