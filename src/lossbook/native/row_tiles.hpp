// Softmax cross entropy of short rows, one row per lane.
//
// The steps are those of row_groups.hpp; a tile is transposed into numbers[class][lane]. What is done for
// each class is written with vectors, whose sums then stay in registers; what is done once per row is a
// plain loop over the lanes, as short as can be: one statement without a vector form leaves all of its
// loop scalar. For g++ 12 that is a Pair that passes from one inline function to another under
// `omp simd`, which keeps it in memory per lane; the loops with such a Pair go without the pragma.
#pragma once

#include <cstring>

#include "row_groups.hpp"
#include "transpose.hpp"

namespace lossbook::LOSSBOOK_ISA {

// A tile's numbers class by class, and row by row with room for one vector beyond the last row.
template <class T> using ByClass = T[tile_classes][tile_rows];
template <class T> using ByRow = T[tile_classes * tile_rows + vector_width<T>];

template <class T> struct TileSoftmax {
    ByClass<T> e; // the scores z; then E, and its high part at the largest
    Lanes<T> largest, rest, rest_lost, scale;
    Lanes<T> shift, magic, limit, top_high, top_low; // what the E of a row share
    Lanes<T> label, label_z, distance, label_e; // the label; z, largest - z and E there
};

// Calls `step` with the number of classes as a constant if it is small enough for split and unite.
template <class T, std::size_t classes = 2, class Step>
LOSSBOOK_INLINE bool with_few_classes(const RowTile<T>& tile, const Step& step) {
    if constexpr (!few_columns<T, classes>) {
        return false;
    } else {
        if (tile.classes != classes) return with_few_classes<T, classes + 1>(tile, step);
        if (tile.rows != tile_rows) return false;
        step(std::make_index_sequence<classes>());
        return true;
    }
}

// Whole vectors are read, past the ends of rows and past the last one: hence the copy with its room.
template <class T>
LOSSBOOK_INLINE void read_columns(const RowTile<T>& tile, const T* from, ByClass<T>& columns) {
    const std::size_t classes = tile.classes;
    const auto few = [&]<std::size_t... J>(std::index_sequence<J...> all) {
        for (std::size_t row = 0; row < tile_rows; row += vector_width<T>)
            split<sizeof...(J)>(from + row * sizeof...(J), &columns[0][row], tile_rows, all);
    };
    if (with_few_classes(tile, few)) return;
    ByRow<T> rows;
    std::memcpy(rows, from, tile.rows * classes * sizeof(T));
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
    const auto few = [&]<std::size_t... J>(std::index_sequence<J...> all) {
        for (std::size_t row = 0; row < tile_rows; row += width)
            unite<sizeof...(J)>(&columns[0][row], tile_rows, output + row * sizeof...(J), all);
    };
    if (with_few_classes(tile, few)) return silence(tile, output, classes);
    ByRow<T> rows;
    for (std::size_t row = 0; row < tile_rows; row += width)
        for (std::size_t j = (classes - 1) / width * width + width; j != 0; j -= width)
            transpose(&columns[j - width][row], tile_rows, rows + row * classes + j - width, classes);
    silence(tile, rows, classes);
    std::memcpy(output, rows, tile.rows * classes * sizeof(T));
}

template <class T> LOSSBOOK_INLINE void read_labels(const RowTile<T>& tile, TileSoftmax<T>& s) {
    if (tile.rows == tile_rows)
        for (std::size_t lane = 0; lane < tile_rows; ++lane) s.label[lane] = T(tile.label[lane]);
    else
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
    using V = Vector<T>;
    for (std::size_t i = 0; i < tile_rows; i += vector_width<T>) {
        const V label = load_vector<V>(s.label + i), zero = {};
        V largest = zero - elementary::infinity<T>, at_label = zero, j = zero;
        for (std::size_t k = 0; k < classes; ++k, j += 1) {
            const V z = load_vector<V>(&s.e[k][i]);
            largest = larger(z, largest);
            at_label = pick(unequal(label, j), at_label, z);
        }
        store_vector(s.largest + i, largest);
        // 0 and not inf - inf.
        store_vector(s.distance + i, pick(unequal(at_label, largest), largest - at_label, zero));
        store_vector(s.label_z + i, at_label);
    }
}

template <class T> LOSSBOOK_INLINE void refer(TileSoftmax<T>& s) {
    for (std::size_t lane = 0; lane < tile_rows; ++lane) {
        const Reference<T> r = reference(s.largest[lane], s.scale[lane]);
        const Pair<T> top = scaled_top(s.largest[lane], r);
        s.shift[lane] = r.shift;
        s.magic[lane] = r.magic;
        s.limit[lane] = r.limit;
        s.top_high[lane] = top.high;
        s.top_low[lane] = top.low;
    }
}

// E, and the sum of all but the largest: see RestSum and softmax() in softmax_row.hpp.
template <class T> LOSSBOOK_INLINE void exponentiate(TileSoftmax<T>& s, std::size_t classes) {
    using V = Vector<T>;
    for (std::size_t i = 0; i < tile_rows; i += vector_width<T>) {
        const V zero = {}, largest = load_vector<V>(s.largest + i);
        const V top = load_vector<V>(s.top_high + i), top_low = load_vector<V>(s.top_low + i);
        const RowConstants<T> row{largest, load_vector<V>(s.shift + i), load_vector<V>(s.magic + i),
                                  load_vector<V>(s.limit + i)};
        V sum = zero, lost = zero, copies = zero - 1;
        const auto include = [&]<std::size_t count>(std::size_t k, Several<T, count>) {
            Several<T, count> z;
#pragma GCC unroll 8
            for (std::size_t c = 0; c < count; ++c) z.part[c] = load_vector<V>(&s.e[k + c][i]);
            const Several<T, count> e = scaled_exp(z, row);
#pragma GCC unroll 8
            for (std::size_t c = 0; c < count; ++c) {
                const Mask<T> below = unequal(z.part[c], largest);
                const V term = keep(below, e.part[c]), total = sum + term;
                lost += term - (total - sum);
                sum = total;
                copies = pick(below, copies, copies + 1);
                store_vector(&s.e[k + c][i], pick(below, e.part[c], top));
            }
        };
        std::size_t k = 0;
        for (; k + 4 <= classes; k += 4) include(k, Several<T, 4>{});
        for (; k < classes; ++k) include(k, Several<T, 1>{});
        // Where several scores are the largest, and NaN where those are infinite.
        const V undefined = pick(unequal(copies, zero), largest - largest, zero);
        const V all = sum + copies * top, back = all - sum;
        const V rest_lost = lost + (((sum - (all - back)) + (copies * top - back)) + copies * top_low);
        const V rest = all + (rest_lost + undefined);
        store_vector(s.rest + i, rest);
        store_vector(s.rest_lost + i, (all - rest) + rest_lost);
        const Several<T, 1> label_z{{load_vector<V>(s.label_z + i)}};
        store_vector(s.label_e + i, scaled_exp(label_z, row).part[0]);
    }
}

template <class T> LOSSBOOK_INLINE void write_values(const RowTile<T>& tile, const TileSoftmax<T>& s) {
    Lanes<T> value;
    for (std::size_t lane = 0; lane < tile_rows; ++lane) {
        const Pair<T> rest{s.rest[lane], s.rest_lost[lane]}, top{s.top_high[lane], s.top_low[lane]};
        const T loss = s.distance[lane] + elementary::log1p(odds(rest, top));
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
LOSSBOOK_INLINE void normalise(const TileSoftmax<T>& s, TileNormaliser<T>& n) {
    for (std::size_t lane = 0; lane < tile_rows; ++lane) {
        const auto one = normaliser(Pair<T>{s.top_high[lane], s.top_low[lane]},
                                    Pair<T>{s.rest[lane], s.rest_lost[lane]}, s.scale[lane]);
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
    using V = Vector<T>;
    Lanes<T> apart, apart_low;
    for (std::size_t lane = 0; lane < tile_rows; ++lane) {
        const Pair<T> o = others(Pair<T>{n.whole[lane], n.whole_low[lane]}, s.label_e[lane]);
        const bool is_top = s.label_z[lane] == s.largest[lane];
        apart[lane] = is_top ? s.rest[lane] : o.high;
        apart_low[lane] = is_top ? s.rest_lost[lane] : o.low;
    }
    ByClass<T> columns;
    for (std::size_t i = 0; i < tile_rows; i += vector_width<T>) {
        const V label = load_vector<V>(s.label + i), zero = {};
        const V first = load_vector<V>(n.first + i), first_low = load_vector<V>(n.first_low + i);
        const V high = load_vector<V>(apart + i), low = load_vector<V>(apart_low + i);
        const V at_label = -fma(high, first, fma(high, first_low, low * first));
        V j = zero;
        for (std::size_t k = 0; k < tile.classes; ++k, j += 1) {
            const V e = load_vector<V>(&s.e[k][i]);
            store_vector(&columns[k][i], pick(unequal(label, j), fma(e, first, e * first_low), at_label));
        }
    }
    write_rows(tile, columns, tile.gradient);
}

template <class T>
LOSSBOOK_INLINE void write_hessian(const RowTile<T>& tile, const TileSoftmax<T>& s,
                                   const TileNormaliser<T>& n) {
    ByClass<T> columns;
    for (std::size_t j = 0; j < tile.classes; ++j)
        for (std::size_t lane = 0; lane < tile_rows; ++lane) {
            const T e = s.e[j][lane];
            const Pair<T> apart = others(Pair<T>{n.whole[lane], n.whole_low[lane]}, e);
            const bool is_top = e == s.top_high[lane];
            const Pair<T> rest{is_top ? s.rest[lane] : apart.high,
                               is_top ? s.rest_lost[lane] : apart.low};
            columns[j][lane] = curvature(Pair<T>{n.second[lane], n.second_low[lane]}, e, rest);
        }
    write_rows(tile, columns, tile.hessian);
}

template <class T> void label_tile(const RowTile<T>& tile) {
    TileSoftmax<T> s;
    read_columns(tile, tile.scores, s.e);
    read_labels(tile, s);
    find_largest(s, tile.classes);
    read_scales(tile, s.label, s.scale);
    refer(s);
    exponentiate(s, tile.classes);
    write_values(tile, s);
    if (tile.gradient == nullptr && tile.hessian == nullptr) return;
    TileNormaliser<T> n;
    normalise(s, n);
    if (tile.gradient != nullptr) write_gradient(tile, s, n);
    if (tile.hessian != nullptr) write_hessian(tile, s, n);
}

} // namespace lossbook::LOSSBOOK_ISA
