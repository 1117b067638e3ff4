// Softmax cross entropy of short rows, one row per lane.
//
// The steps are those of rows.hpp; a tile is transposed into numbers[class][lane], so that every step
// is a plain loop over the lanes, as short as can be: one statement without a vector form leaves all
// of its loop scalar. For g++ 12 that is a Pair that passes from one inline function to another under
// `omp simd`, which keeps it in memory per lane; the loops with such a Pair go without the pragma.
// The others need it, or the loop over lanes is unrolled before it can be vectorised.
#pragma once

#include <cstring>

#include "blocks.hpp"
#include "softmax.hpp"
#include "transpose.hpp"

namespace lossbook::LOSSBOOK_ISA {

// A number per lane. Not over-aligned: g++ 12 then finds no vector type for its elements, and
// unaligned vector loads cost nothing that could be measured.
template <class T> using Lanes = T[tile_rows];

// A tile's numbers class by class, and row by row with room for one vector beyond the last row.
template <class T> using ByClass = T[tile_classes][tile_rows];
template <class T> using ByRow = T[tile_classes * tile_rows + vector_width<T>];

template <class T> struct TileSoftmax {
    ByClass<T> e; // the scores z; then exp(z - largest), 1 at the largest
    Lanes<T> largest, top, rest, rest_lost;
    Lanes<T> label, distance, label_e; // the label, largest - z and e there
};

// Whole vectors are read, past the ends of rows and past the last one: hence the copy with its room.
template <class T> LOSSBOOK_INLINE void read_columns(const RowTile<T>& tile, ByClass<T>& columns) {
    const std::size_t classes = tile.classes;
    ByRow<T> rows;
    std::memcpy(rows, tile.scores, tile.rows * classes * sizeof(T));
    // Lanes without a row of their own repeat the last one; their results are not stored.
    for (std::size_t row = tile.rows; row < tile_rows; ++row)
        std::memcpy(rows + row * classes, rows + (tile.rows - 1) * classes, classes * sizeof(T));
    for (std::size_t row = 0; row < tile_rows; row += vector_width<T>)
        for (std::size_t j = 0; j < classes; j += vector_width<T>)
            transpose(rows + row * classes + j, classes, &columns[j][row], tile_rows);
}

// A row of weight 0 contributes exactly 0, even where its loss is infinite.
template <class T>
LOSSBOOK_INLINE void silence(const RowTile<T>& tile, T* results, std::size_t numbers_per_row) {
    if (tile.weight == nullptr) return;
    for (std::size_t row = 0; row < tile.rows; ++row)
        if (tile.weight[row] == 0)
            for (std::size_t j = 0; j < numbers_per_row; ++j) results[row * numbers_per_row + j] = 0;
}

// Whole vectors are written, and what falls beyond a row's end is written again by what comes later:
// the next row, or the first columns, which are last.
template <class T>
LOSSBOOK_INLINE void write_rows(const RowTile<T>& tile, const ByClass<T>& columns, T* output) {
    constexpr std::size_t width = vector_width<T>;
    const std::size_t classes = tile.classes;
    ByRow<T> rows;
    for (std::size_t row = 0; row < tile_rows; row += width)
        for (std::size_t j = (classes - 1) / width * width + width; j != 0; j -= width)
            transpose(&columns[j - width][row], tile_rows, rows + row * classes + j - width, classes);
    silence(tile, rows, classes);
    std::memcpy(output, rows, tile.rows * classes * sizeof(T));
}

template <class T> LOSSBOOK_INLINE void read_labels(const RowTile<T>& tile, TileSoftmax<T>& s) {
    for (std::size_t lane = 0; lane < tile_rows; ++lane)
        s.label[lane] = T(tile.label[lane < tile.rows ? lane : tile.rows - 1]);
}

// In double: either factor may lie outside the range of float where the product does not. A missing
// label makes the row's gradient and Hessian NaN by way of its scale.
template <class T> LOSSBOOK_INLINE void read_scales(const RowTile<T>& tile, const T* label, T* scale) {
    for (std::size_t lane = 0; lane < tile_rows; ++lane) scale[lane] = T(tile.scale);
    if (tile.weight != nullptr)
        for (std::size_t row = 0; row < tile.rows; ++row)
            scale[row] = T(tile.weight[row] * tile.scale);
    for (std::size_t lane = 0; lane < tile_rows; ++lane)
        scale[lane] = label[lane] == label[lane] ? scale[lane] : elementary::nan<T>;
}

template <class T> LOSSBOOK_INLINE void find_largest(TileSoftmax<T>& s, std::size_t classes) {
    Lanes<T> largest, top, at_label;
    for (std::size_t lane = 0; lane < tile_rows; ++lane) {
        largest[lane] = at_label[lane] = s.e[0][lane];
        top[lane] = 0;
    }
    for (std::size_t j = 1; j < classes; ++j)
#pragma omp simd
        for (std::size_t lane = 0; lane < tile_rows; ++lane) {
            const T z = s.e[j][lane];
            const bool larger = z > largest[lane];
            top[lane] = larger ? T(j) : top[lane];
            largest[lane] = larger ? z : largest[lane];
            at_label[lane] = s.label[lane] == T(j) ? z : at_label[lane];
        }
    for (std::size_t lane = 0; lane < tile_rows; ++lane) {
        s.largest[lane] = largest[lane];
        s.top[lane] = top[lane];
        s.distance[lane] = s.label[lane] == top[lane] ? T(0) : largest[lane] - at_label[lane];
    }
}

template <class T> LOSSBOOK_INLINE void exponentiate(TileSoftmax<T>& s, std::size_t classes) {
    Lanes<T> rest = {}, rest_lost = {}, at_label = {};
    for (std::size_t j = 0; j < classes; ++j)
#pragma omp simd
        for (std::size_t lane = 0; lane < tile_rows; ++lane) {
            const bool is_top = s.top[lane] == T(j);
            const T e = exp_difference(s.e[j][lane], s.largest[lane]);
            const T term = is_top ? T(0) : e;
            const T sum = rest[lane] + term, back = sum - rest[lane];
            rest_lost[lane] += (rest[lane] - (sum - back)) + (term - back);
            rest[lane] = sum;
            at_label[lane] = s.label[lane] == T(j) ? e : at_label[lane];
            s.e[j][lane] = is_top ? T(1) : e;
        }
    for (std::size_t lane = 0; lane < tile_rows; ++lane) {
        s.rest[lane] = rest[lane];
        s.rest_lost[lane] = rest_lost[lane];
        s.label_e[lane] = at_label[lane];
    }
}

template <class T> LOSSBOOK_INLINE void write_values(const RowTile<T>& tile, const TileSoftmax<T>& s) {
    Lanes<T> value;
#pragma omp simd
    for (std::size_t lane = 0; lane < tile_rows; ++lane) {
        const T loss = s.distance[lane] + elementary::log1p(s.rest[lane] + s.rest_lost[lane]);
        value[lane] = s.label[lane] == s.label[lane] ? loss : elementary::nan<T>;
    }
    silence(tile, value, 1);
    std::memcpy(tile.value, value, tile.rows * sizeof(T));
}

// The lanes' normalisers, field by field, so that a loop over lanes loads vectors.
template <class T> struct TileNormaliser {
    Lanes<T> whole, whole_low, first, first_low, second, second_low;
};

template <class T>
LOSSBOOK_INLINE void normalise(const RowTile<T>& tile, const TileSoftmax<T>& s, TileNormaliser<T>& n) {
    Lanes<T> scale;
    read_scales(tile, s.label, scale);
#pragma omp simd
    for (std::size_t lane = 0; lane < tile_rows; ++lane) {
        const auto one = normaliser(Pair<T>{s.rest[lane], s.rest_lost[lane]}, scale[lane]);
        n.whole[lane] = one.whole.high;
        n.whole_low[lane] = one.whole.low;
        n.first[lane] = one.first.high;
        n.first_low[lane] = one.first.low;
        n.second[lane] = one.second.high;
        n.second_low[lane] = one.second.low;
    }
}

template <class T>
LOSSBOOK_INLINE void write_gradient(const RowTile<T>& tile, const TileSoftmax<T>& s,
                                    const TileNormaliser<T>& n) {
    Lanes<T> at_label;
    for (std::size_t lane = 0; lane < tile_rows; ++lane) {
        const T e = s.label_e[lane], rest = s.rest[lane], rest_lost = s.rest_lost[lane];
        const Pair<T> first{n.first[lane], n.first_low[lane]};
        const Pair<T> apart = others(Pair<T>{n.whole[lane], n.whole_low[lane]}, e);
        const bool is_top = s.label[lane] == s.top[lane];
        const T high = is_top ? rest : apart.high, low = is_top ? rest_lost : apart.low;
        at_label[lane] = -product(Pair<T>{high, low}, first);
    }
    ByClass<T> columns;
    for (std::size_t j = 0; j < tile.classes; ++j)
#pragma omp simd
        for (std::size_t lane = 0; lane < tile_rows; ++lane) {
            const T term = product(s.e[j][lane], Pair<T>{n.first[lane], n.first_low[lane]});
            columns[j][lane] = s.label[lane] == T(j) ? at_label[lane] : term;
        }
    write_rows(tile, columns, tile.gradient);
}

template <class T>
LOSSBOOK_INLINE void write_hessian(const RowTile<T>& tile, const TileSoftmax<T>& s,
                                   const TileNormaliser<T>& n) {
    Lanes<T> at_top;
    for (std::size_t lane = 0; lane < tile_rows; ++lane)
        at_top[lane] = curvature(Pair<T>{n.second[lane], n.second_low[lane]}, T(1),
                                 Pair<T>{s.rest[lane], s.rest_lost[lane]});
    ByClass<T> columns;
    for (std::size_t j = 0; j < tile.classes; ++j)
        for (std::size_t lane = 0; lane < tile_rows; ++lane) {
            const T e = s.e[j][lane], top = at_top[lane];
            const Pair<T> second{n.second[lane], n.second_low[lane]};
            const Pair<T> apart = others(Pair<T>{n.whole[lane], n.whole_low[lane]}, e);
            const T term = curvature(second, e, apart);
            columns[j][lane] = s.top[lane] == T(j) ? top : term;
        }
    write_rows(tile, columns, tile.hessian);
}

template <class T> void logits_tile(const RowTile<T>& tile) {
    TileSoftmax<T> s;
    read_columns(tile, s.e);
    read_labels(tile, s);
    find_largest(s, tile.classes);
    exponentiate(s, tile.classes);
    write_values(tile, s);
    if (tile.gradient == nullptr && tile.hessian == nullptr) return;
    TileNormaliser<T> n;
    normalise(tile, s, n);
    if (tile.gradient != nullptr) write_gradient(tile, s, n);
    if (tile.hessian != nullptr) write_hessian(tile, s, n);
}

} // namespace lossbook::LOSSBOOK_ISA
