#include <cstring>
#include <memory>

#include "columns.hpp"
#include "threads.hpp"

namespace lossbook {

namespace {

// Numbers (rows times classes) that a thread takes at a time.
constexpr std::size_t numbers_per_turn = 65536;

template <class T> class Rows {
  public:
    explicit Rows(const RowWork& work)
        : work_(work), set_(*work.instructions), functions_(work.kernel->functions<T>()),
          // Fixed by the shape alone: sums are combined per block of rows.
          rows_per_block_(std::clamp<std::size_t>(numbers_per_turn / work.classes, 1, block_length)),
          streams_(too_large_for_caches(work)) {
    }

    Outcome run() {
        const double total = total_weight<T>(work_);
        if (!(total > 0) || std::isinf(total)) return {false, 0};
        const bool mean = work_.reduction == Reduction::mean;
        scale_ = mean ? 1 / total : 1.0;
        const std::size_t blocks = (work_.samples + rows_per_block_ - 1) / rows_per_block_;
        if (work_.outputs.in_callers_memory && !pass(blocks, nullptr)) return {false, 0};
        std::vector<Twofold> parts(blocks);
        if (!pass(blocks, &parts)) return {false, 0};
        return {true, sum_in_order(parts) / (mean ? total : 1.0)};
    }

  private:
    // What a thread needs besides the results: rows that are converted, and a row of exponentials
    // where none of the results can hold them.
    struct Buffers {
        Buffers(const RowWork& work, bool tiles)
            : rows(std::clamp<std::size_t>(numbers_per_turn / work.classes, 1, tile_rows)) {
            const std::size_t numbers = (tiles ? rows : 1) * work.classes;
            if (converted(work.p)) scores.reset(new T[numbers]);
            if (!work.target_rows) return;
            if (converted(work.y)) target.reset(new T[numbers]);
            if (!tiles && (work.outputs.gradient != nullptr || work.outputs.hessian != nullptr))
                scratch.reset(new T[work.classes]);
        }

        // As load() in columns.hpp decides.
        static bool converted(const Column& column) {
            return column.element != element_of<T> || column.stride != std::ptrdiff_t(sizeof(T));
        }

        std::size_t rows; // per tile
        std::unique_ptr<T[]> scores, target, scratch;
        T value[block_length];
        double weight[block_length], label[block_length];
    };

    // Without `parts`, only the checks are made and nothing is written.
    bool pass(std::size_t blocks, std::vector<Twofold>* parts) {
        std::atomic<bool> valid{true};
        share_out(blocks, 1, [&](Turns& next) {
            Buffers buffers(work_, in_tiles());
            for (std::size_t block = next(); block != Turns::none && valid; block = next())
                if (!one_block(block, buffers, parts)) valid = false;
        });
        return valid;
    }

    bool one_block(std::size_t block, Buffers& buffers, std::vector<Twofold>* parts) {
        const std::size_t start = block * rows_per_block_;
        const std::size_t count = std::min(rows_per_block_, work_.samples - start);
        if (work_.weight)
            set_.f64.convert(work_.weight.element,
                             work_.weight.data + std::ptrdiff_t(start) * work_.weight.stride,
                             work_.weight.stride, count, buffers.weight);
        if (!work_.target_rows && !read_labels(start, count, buffers.label)) return false;
        const bool evaluate = parts != nullptr;
        if (!(in_tiles() ? all_tiles(start, count, buffers, evaluate)
                         : all_rows(start, count, buffers, evaluate)))
            return false;
        if (parts == nullptr) return true;
        const double* weights = work_.weight ? buffers.weight : nullptr;
        if (T* value = at<T>(work_.outputs.value, start)) {
            if (weights != nullptr)
                set_.functions<T>().weigh(buffers.value, weights, 1, count, buffers.value);
            std::memcpy(value, buffers.value, count * sizeof(T));
        } else if (work_.want & value_bit) {
            (*parts)[block] = set_.functions<T>().sum(buffers.value, weights, count);
        }
        return true;
    }

    // A long row's gradient and scores do not fit into the second-level cache beside the next row's
    // scores, and a gradient's lines are read before they are written: with 128256 classes streaming
    // takes 0.7 of the time. Only for what is new and cleared by the system does it take 1.2 times as
    // long, and results of this size are seldom that (kept_memory.hpp).
    static bool too_large_for_caches(const RowWork& work) {
        const std::size_t row = work.classes * sizeof(T);
        return work.outputs.gradient != nullptr &&
               work.outputs.gradient != work.p.data && work.outputs.hessian == nullptr &&
               row >= 131072 && row * work.samples >= 16777216;
    }

    bool in_tiles() const {
        return functions_.tile != nullptr && (!work_.target_rows || work_.classes <= tile_classes);
    }

    bool all_tiles(std::size_t start, std::size_t count, Buffers& buffers, bool evaluate) {
        if (!evaluate && !work_.target_rows) return true;
        const std::size_t classes = work_.classes, at_once = buffers.rows;
        for (std::size_t i = 0; i < count; i += at_once) {
            RowTile<T> tile{};
            tile.rows = std::min(at_once, count - i);
            tile.classes = classes;
            const std::size_t first = (start + i) * classes, numbers = tile.rows * classes;
            if (work_.target_rows) {
                tile.target = load(set_, work_.y, first, numbers, buffers.target.get());
                if (!functions_.targets_are_valid(tile.target, tile.rows, classes,
                                                  work_.row_sum_tolerance))
                    return false;
            }
            if (!evaluate) continue;
            tile.scores = load(set_, work_.p, first, numbers, buffers.scores.get());
            tile.label = buffers.label + i;
            tile.weight = work_.weight ? buffers.weight + i : nullptr;
            tile.scale = scale_;
            tile.value = buffers.value + i;
            tile.gradient = at<T>(work_.outputs.gradient, first);
            tile.hessian = at<T>(work_.outputs.hessian, first);
            tile.stream = streams_;
            functions_.tile(tile);
        }
        return true;
    }

    bool all_rows(std::size_t start, std::size_t count, Buffers& buffers, bool evaluate) {
        for (std::size_t i = 0; i < count; ++i)
            if (!one_row(start + i, i, buffers, evaluate)) return false;
        return true;
    }

    bool one_row(std::size_t sample, std::size_t i, Buffers& buffers, bool evaluate) {
        const std::size_t classes = work_.classes, start = sample * classes;
        Row<T> row{};
        row.classes = classes;
        if (evaluate || functions_.outside != nullptr)
            row.scores = load(set_, work_.p, start, classes, buffers.scores.get());
        if (functions_.outside != nullptr && functions_.outside(row.scores, classes)) return false;
        if (work_.target_rows) {
            row.target = load(set_, work_.y, start, classes, buffers.target.get());
            if (!functions_.targets_are_valid(row.target, 1, classes, work_.row_sum_tolerance))
                return false;
        } else {
            row.label = std::isnan(buffers.label[i]) ? -1 : std::int64_t(buffers.label[i]);
        }
        if (!evaluate) return true;
        const double weight = work_.weight ? buffers.weight[i] : 1;
        row.scale = T(weight * scale_);
        row.gradient = at<T>(work_.outputs.gradient, start);
        row.hessian = at<T>(work_.outputs.hessian, start);
        row.scratch = buffers.scratch.get();
        if (weight == 0) return silent_row(row, buffers.value[i]);
        buffers.value[i] = (work_.target_rows ? functions_.target : functions_.index)(row);
        return true;
    }

    // A row of weight 0 contributes exactly 0, even where its loss is infinite.
    bool silent_row(const Row<T>& row, T& value) {
        for (T* output : {row.gradient, row.hessian})
            if (output != nullptr) std::fill_n(output, row.classes, T(0));
        value = 0;
        return true;
    }

    bool read_labels(std::size_t start, std::size_t count, double* labels) const {
        set_.f64.convert(work_.y.element, work_.y.data + std::ptrdiff_t(start) * work_.y.stride,
                         work_.y.stride, count, labels);
        return set_.labels_are_valid(labels, count, double(work_.classes));
    }

    const RowWork& work_;
    const InstructionSet& set_;
    const RowFunctions<T>& functions_;
    std::size_t rows_per_block_;
    bool streams_;
    double scale_ = 1;
};

} // namespace

template <class T> Outcome run_rows(const RowWork& work) { return Rows<T>(work).run(); }

template Outcome run_rows<float>(const RowWork&);
template Outcome run_rows<double>(const RowWork&);

} // namespace lossbook
