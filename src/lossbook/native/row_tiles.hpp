// Softmax cross entropy of short rows, one row per lane.
//
// The steps are those of rows.hpp; a tile is read column by column into scratch[class][lane], so
// that every step is a plain loop over the lanes.
#pragma once

#include "blocks.hpp"
#include "softmax.hpp"

namespace lossbook::LOSSBOOK_ISA {

// A number per lane. Not over-aligned: g++ 12 then finds no vector type for its elements, and
// unaligned vector loads cost nothing that could be measured.
template <class T> using Lanes = T[tile_rows];

template <class T> struct TileSoftmax {
    T e[tile_classes][tile_rows]; // exp(z - largest), 1 at the largest
    Lanes<T> largest, top, rest, rest_lost;
};

template <class T> LOSSBOOK_INLINE void read_columns(const RowTile<T>& tile, T (*z)[tile_rows]) {
    for (std::size_t lane = 0; lane < tile_rows; ++lane) {
        // Lanes without a row of their own repeat the last one; their results are not stored.
        const std::size_t row = lane < tile.rows ? lane : tile.rows - 1;
        const T* scores = tile.scores + row * tile.classes;
        for (std::size_t j = 0; j < tile.classes; ++j) z[j][lane] = scores[j];
    }
}

template <class T> LOSSBOOK_INLINE void find_largest(TileSoftmax<T>& s, std::size_t classes) {
    for (std::size_t lane = 0; lane < tile_rows; ++lane) s.largest[lane] = s.e[0][lane], s.top[lane] = 0;
    for (std::size_t j = 1; j < classes; ++j)
#pragma omp simd
        for (std::size_t lane = 0; lane < tile_rows; ++lane) {
            const bool larger = s.e[j][lane] > s.largest[lane];
            s.top[lane] = larger ? T(j) : s.top[lane];
            s.largest[lane] = larger ? s.e[j][lane] : s.largest[lane];
        }
}

template <class T> LOSSBOOK_INLINE void exponentiate(TileSoftmax<T>& s, std::size_t classes) {
    for (std::size_t lane = 0; lane < tile_rows; ++lane) s.rest[lane] = s.rest_lost[lane] = 0;
    for (std::size_t j = 0; j < classes; ++j)
#pragma omp simd
        for (std::size_t lane = 0; lane < tile_rows; ++lane) {
            const bool is_top = s.top[lane] == T(j);
            const T e = exp_difference(s.e[j][lane], s.largest[lane]);
            const T term = is_top ? T(0) : e;
            const T sum = s.rest[lane] + term, back = sum - s.rest[lane];
            s.rest_lost[lane] += (s.rest[lane] - (sum - back)) + (term - back);
            s.rest[lane] = sum;
            s.e[j][lane] = is_top ? T(1) : e;
        }
}

// A row of weight 0 contributes exactly 0, even where its loss is infinite.
template <class T> LOSSBOOK_INLINE bool is_silent(const RowTile<T>& tile, std::size_t row) {
    return tile.weight != nullptr && tile.weight[row] == 0;
}

// Writes one output of the tile, row by row.
template <class T, class Term>
LOSSBOOK_INLINE void write_rows(const RowTile<T>& tile, T* output, const Term& term) {
    T results[tile_classes][tile_rows];
    for (std::size_t j = 0; j < tile.classes; ++j)
#pragma omp simd
        for (std::size_t lane = 0; lane < tile_rows; ++lane) results[j][lane] = term(j, lane);
    for (std::size_t row = 0; row < tile.rows; ++row)
        for (std::size_t j = 0; j < tile.classes; ++j)
            output[row * tile.classes + j] = is_silent(tile, row) ? T(0) : results[j][row];
}

// What a lane needs of its label: z and e there, and whether it is the likeliest class.
template <class T> struct TileLabels {
    Lanes<T> label, distance, e, scale;
};

// The lanes' normalisers, field by field, so that a loop over lanes loads vectors.
template <class T> struct TileNormaliser {
    Lanes<T> whole, whole_low, first, first_low, second, second_low;

    LOSSBOOK_INLINE void put(std::size_t lane, const Normaliser<T>& n) {
        whole[lane] = n.whole.high;
        whole_low[lane] = n.whole.low;
        first[lane] = n.first.high;
        first_low[lane] = n.first.low;
        second[lane] = n.second.high;
        second_low[lane] = n.second.low;
    }

    LOSSBOOK_INLINE Normaliser<T> at(std::size_t lane) const {
        return {{whole[lane], whole_low[lane]},
                {first[lane], first_low[lane]},
                {second[lane], second_low[lane]}};
    }
};

template <class T> LOSSBOOK_INLINE void read_labels(const RowTile<T>& tile, TileLabels<T>& y) {
    for (std::size_t lane = 0; lane < tile_rows; ++lane) {
        const std::size_t row = lane < tile.rows ? lane : tile.rows - 1;
        y.label[lane] = T(tile.label[row]);
        // In double: either factor may lie outside the range of float where the product does not.
        y.scale[lane] = T(tile.weight == nullptr ? tile.scale : tile.weight[row] * tile.scale);
    }
}

template <class T> LOSSBOOK_INLINE std::size_t class_of(T label) {
    return label == label ? std::size_t(label) : 0; // a missing label: any class, the row is NaN
}

template <class T> void logits_tile(const RowTile<T>& tile) {
    TileSoftmax<T> s;
    TileLabels<T> y;
    read_columns(tile, s.e);
    read_labels(tile, y);
    find_largest(s, tile.classes);
    for (std::size_t lane = 0; lane < tile_rows; ++lane)
        y.distance[lane] = y.label[lane] == s.top[lane]
                               ? T(0)
                               : s.largest[lane] - s.e[class_of(y.label[lane])][lane];
    exponentiate(s, tile.classes);
    for (std::size_t lane = 0; lane < tile_rows; ++lane)
        y.e[lane] = s.e[class_of(y.label[lane])][lane];

    Lanes<T> value, label_gradient, top_hessian;
    TileNormaliser<T> normalisers;
#pragma omp simd
    for (std::size_t lane = 0; lane < tile_rows; ++lane) {
        // Whatever a select chooses from is loaded first: a load in one arm stops the vectoriser.
        const T label = y.label[lane], scale = y.scale[lane], top = s.top[lane];
        const Pair<T> rest{s.rest[lane], s.rest_lost[lane]};
        const T loss = y.distance[lane] + elementary::log1p(rest.high + rest.low);
        const bool missing = label != label;
        value[lane] = missing ? elementary::nan<T> : loss;
        const Normaliser<T> n = normaliser(rest, missing ? elementary::nan<T> : scale);
        normalisers.put(lane, n);
        const Pair<T> apart = others(n, y.e[lane]);
        const bool is_top = label == top;
        const Pair<T> chosen{is_top ? rest.high : apart.high, is_top ? rest.low : apart.low};
        label_gradient[lane] = -product(chosen, n.first);
        top_hessian[lane] = curvature(n, T(1), rest);
    }
    for (std::size_t row = 0; row < tile.rows; ++row)
        tile.value[row] = is_silent(tile, row) ? T(0) : value[row];
    if (tile.gradient != nullptr)
        write_rows(tile, tile.gradient, [&](std::size_t j, std::size_t lane) {
            const T term = product(s.e[j][lane], normalisers.at(lane).first);
            return y.label[lane] == T(j) ? label_gradient[lane] : term;
        });
    if (tile.hessian != nullptr)
        write_rows(tile, tile.hessian, [&](std::size_t j, std::size_t lane) {
            const Normaliser<T> n = normalisers.at(lane);
            const T term = curvature(n, s.e[j][lane], others(n, s.e[j][lane]));
            return s.top[lane] == T(j) ? top_hessian[lane] : term;
        });
}

} // namespace lossbook::LOSSBOOK_ISA
