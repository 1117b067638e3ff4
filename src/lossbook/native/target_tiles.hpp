// Softmax cross entropy of short rows with target probabilities, one row per lane.
//
// The value is sum_j y_j (m - z_j) + Y log1p(rest / top), with m the largest score and Y the sum of the
// targets; the gradient's terms are those of logits_target in rows.hpp.
#pragma once

#include "row_tiles.hpp"

namespace lossbook::LOSSBOOK_ISA {

// The largest target, what the others sum to, and both together: see Target in rows.hpp.
template <class T> struct TileTargets {
    ByClass<T> y;
    Lanes<T> largest, rest, total, shortfall, shortfall_lost;
};

template <class T> LOSSBOOK_INLINE void sum_targets(TileTargets<T>& t, std::size_t classes) {
    using V = Vector<T>;
    for (std::size_t i = 0; i < tile_rows; i += vector_width<T>) {
        const V zero = {};
        V largest = zero - elementary::infinity<T>;
        for (std::size_t k = 0; k < classes; ++k) largest = larger(load_vector<V>(&t.y[k][i]), largest);
        V sum = zero, lost = zero, copies = zero - 1;
        for (std::size_t k = 0; k < classes; ++k) {
            const V y = load_vector<V>(&t.y[k][i]);
            const Mask<T> below = unequal(y, largest);
            add(sum, lost, keep(below, y));
            copies = pick(below, copies, copies + 1);
        }
        add(sum, lost, copies * largest);
        store_vector(t.largest + i, largest);
        store_vector(t.rest + i, sum + lost);
        add(sum, lost, largest);
        store_vector(t.total + i, sum + lost);
    }
}

// sum_j y_j (m - z_j), each term with what its two roundings lost. 0 where y_j is 0 and where z_j is m,
// either of which may be infinite.
template <class T>
LOSSBOOK_INLINE void sum_shortfalls(TileTargets<T>& t, const TileSoftmax<T>& s, std::size_t classes) {
    using V = Vector<T>;
    for (std::size_t i = 0; i < tile_rows; i += vector_width<T>) {
        const V largest = load_vector<V>(s.largest + i), zero = {};
        V sum = zero, lost = zero;
        for (std::size_t k = 0; k < classes; ++k) {
            const V y = load_vector<V>(&t.y[k][i]), z = load_vector<V>(&s.e[k][i]);
            V apart = largest, apart_lost = zero;
            add(apart, apart_lost, -z);
            const V term = y * apart;
            const V term_lost = fma(y, apart, -term) + y * apart_lost;
            const Mask<T> counts = unequal(y, zero) & unequal(z, largest);
            add(sum, lost, keep(counts, term));
            lost += keep(counts, term_lost);
        }
        store_vector(t.shortfall + i, sum);
        store_vector(t.shortfall_lost + i, lost);
    }
}

template <class T>
LOSSBOOK_INLINE void write_target_values(const RowTile<T>& tile, const TileTargets<T>& t,
                                         const TileSoftmax<T>& s) {
    Lanes<T> value, ratio;
    for (std::size_t lane = 0; lane < tile_rows; ++lane)
        ratio[lane] = odds(Pair<T>{s.rest[lane], s.rest_lost[lane]},
                           Pair<T>{s.top_high[lane], s.top_low[lane]});
    for (std::size_t lane = 0; lane < tile_rows; ++lane) {
        const double log = elementary::log1p(double(ratio[lane]));
        const double sum = double(t.shortfall[lane]);
        const double lost = elementary::abs(sum) < elementary::infinity<double>
                                ? double(t.shortfall_lost[lane])
                                : 0.0;
        value[lane] = T(sum + (lost + double(t.total[lane]) * log));
    }
    silence(tile, value, 1);
    std::memcpy(tile.value, value, tile.rows * sizeof(T));
}

template <class T, class Write>
LOSSBOOK_INLINE void write_target_columns(const RowTile<T>& tile, const TileSoftmax<T>& s,
                                          const TileNormaliser<T>& n, T* output, const Write& write) {
    using V = Vector<T>;
    ByClass<T> columns;
    for (std::size_t i = 0; i < tile_rows; i += vector_width<T>) {
        const V whole = load_vector<V>(n.whole + i), whole_low = load_vector<V>(n.whole_low + i);
        const V rest = load_vector<V>(s.rest + i), rest_lost = load_vector<V>(s.rest_lost + i);
        const V top = load_vector<V>(s.top_high + i);
        for (std::size_t k = 0; k < tile.classes; ++k) {
            const V e = load_vector<V>(&s.e[k][i]), left = whole - e;
            const V left_low = ((whole - left) - e) + whole_low;
            const Mask<T> below = unequal(e, top);
            store_vector(&columns[k][i],
                         write(i, k, e, pick(below, left, rest), pick(below, left_low, rest_lost)));
        }
    }
    write_rows(tile, columns, output);
}

template <class T>
LOSSBOOK_INLINE void write_target_gradient(const RowTile<T>& tile, const TileTargets<T>& t,
                                           const TileSoftmax<T>& s, const TileNormaliser<T>& n) {
    using V = Vector<T>;
    const auto write = [&](std::size_t i, std::size_t k, V e, V others, V others_low) {
        const V first = load_vector<V>(n.first + i), first_low = load_vector<V>(n.first_low + i);
        const V y = load_vector<V>(&t.y[k][i]);
        const V largest = load_vector<V>(t.largest + i), rest = load_vector<V>(t.rest + i);
        const V apart = pick(unequal(y, largest), largest + (rest - y), rest);
        const V p = fma(e, first, e * first_low);
        return apart * p - y * fma(others, first, fma(others, first_low, others_low * first));
    };
    write_target_columns(tile, s, n, tile.gradient, write);
}

template <class T>
LOSSBOOK_INLINE void write_target_hessian(const RowTile<T>& tile, const TileTargets<T>& t,
                                          const TileSoftmax<T>& s, const TileNormaliser<T>& n) {
    using V = Vector<T>;
    const auto write = [&](std::size_t i, std::size_t, V e, V others, V others_low) {
        const V second = load_vector<V>(n.second + i), second_low = load_vector<V>(n.second_low + i);
        const V high = e * others, low = fma(e, others_low, fma(e, others, -high));
        return load_vector<V>(t.total + i) *
               fma(high, second, fma(high, second_low, low * second));
    };
    write_target_columns(tile, s, n, tile.hessian, write);
}

template <class T> void target_tile(const RowTile<T>& tile) {
    TileSoftmax<T> s;
    TileTargets<T> t;
    read_columns(tile, tile.scores, s.e);
    read_columns(tile, tile.target, t.y);
    for (std::size_t lane = 0; lane < tile_rows; ++lane) s.label[lane] = 0;
    find_largest(s, tile.classes);
    read_scales(tile, s.label, s.scale);
    refer(s);
    sum_targets(t, tile.classes);
    sum_shortfalls(t, s, tile.classes);
    exponentiate(s, tile.classes);
    write_target_values(tile, t, s);
    if (tile.gradient == nullptr && tile.hessian == nullptr) return;
    TileNormaliser<T> n;
    normalise(s, n);
    if (tile.gradient != nullptr) write_target_gradient(tile, t, s, n);
    if (tile.hessian != nullptr) write_target_hessian(tile, t, s, n);
}

} // namespace lossbook::LOSSBOOK_ISA
