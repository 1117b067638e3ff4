// The Python module: one callable object per kernel, and the settings.
//
// A call takes the arguments as they come. Whatever it cannot use as it is (another type, an odd
// layout, a value that breaks a rule) makes it return NotImplemented with nothing written: Python
// then prepares the arguments or explains what is wrong, and errors have one home.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "arrays.hpp"
#include "processor.hpp"

#if defined(__clang__)
#define LOSSBOOK_COMPILER "Clang"
#else
#define LOSSBOOK_COMPILER "GCC"
#endif

namespace nb = nanobind;

namespace lossbook {
namespace {

// Below this, a call is over before another thread could have made use of the interpreter.
constexpr std::size_t release_interpreter_from = 8192;

// How far a row of target probabilities may be from a sum of 1, as in engine/arguments.py: the square
// root of the larger epsilon of the types of y_true and y_pred, which the targets are rounded to.
double row_sum_tolerance(Element element) {
    if (element == Element::f32) return std::sqrt(std::ldexp(1.0, -23));
    return element == Element::f64 ? std::sqrt(std::ldexp(1.0, -52)) : 0.0;
}

bool read_reduction(PyObject* text, Reduction& reduction) {
    if (!PyUnicode_Check(text)) return false;
    if (PyUnicode_CompareWithASCIIString(text, "mean") == 0) reduction = Reduction::mean;
    else if (PyUnicode_CompareWithASCIIString(text, "sum") == 0) reduction = Reduction::sum;
    else if (PyUnicode_CompareWithASCIIString(text, "none") == 0) reduction = Reduction::none;
    else return false;
    return true;
}

class Arguments {
  public:
    PyArrayObject *y = nullptr, *p = nullptr, *weight = nullptr;
    int sample_axes = 0;
    Walk walk = Walk::c_order;

    bool read(PyObject* y_true, PyObject* y_pred, PyObject* sample_weight, bool rows) {
        y = plain_array(y_true);
        p = plain_array(y_pred);
        if (y == nullptr || p == nullptr || PyArray_SIZE(p) == 0) return false;
        const int type = PyArray_TYPE(p), axes = PyArray_NDIM(p);
        if (type != NPY_FLOAT && type != NPY_DOUBLE) return false;
        if (rows && (axes == 0 || PyArray_DIM(p, axes - 1) < 2 || !PyArray_IS_C_CONTIGUOUS(p)))
            return false;
        sample_axes = rows ? axes - 1 : axes;
        if (!same_shape(y, p, axes) && !(rows && same_shape(y, p, sample_axes))) return false;
        if (rows && PyArray_NDIM(y) == axes && !PyArray_IS_C_CONTIGUOUS(y)) return false;
        if (sample_weight != Py_None) {
            weight = plain_array(sample_weight);
            if (weight == nullptr || !same_shape(weight, p, sample_axes)) return false;
        }
        if (!rows && in_fortran_order()) walk = Walk::fortran_order;
        return true;
    }

  private:
    bool in_fortran_order() const {
        if (PyArray_IS_C_CONTIGUOUS(p)) return false;
        for (PyArrayObject* array : {y, p, weight})
            if (array != nullptr && !PyArray_IS_F_CONTIGUOUS(array)) return false;
        return true;
    }
};

// The arrays of one call's results: the caller's where given, else new ones.
class Results {
  public:
    // False where `out` does not fit; the checked path then says why.
    bool prepare(PyObject* out, unsigned want, const Arguments& arguments, Reduction reduction) {
        if (PyTuple_Check(out)) given_ = PyTuple_GET_SIZE(out);
        else given_ = out == Py_None ? 0 : 1;
        if (given_ == 0 && out != Py_None) return false; // an empty tuple
        Py_ssize_t slot = 0;
        for (int bit = 0; bit < 3; ++bit) {
            if (!(want >> bit & 1)) continue;
            const bool reduced = bit == 0 && reduction != Reduction::none;
            const int axes = bit == 0 ? arguments.sample_axes : PyArray_NDIM(arguments.p);
            nb::object array;
            if (reduced) {
                array = nb::none();
            } else if (!make(out, slot++, axes, arguments, array)) {
                return false;
            }
            arrays_[bit] = std::move(array);
        }
        return given_ == 0 || given_ == slot;
    }

    Outputs outputs() const {
        Outputs outputs;
        outputs.value = data(0);
        outputs.gradient = data(1);
        outputs.hessian = data(2);
        outputs.in_callers_memory = given_ > 0;
        return outputs;
    }

    nb::object finish(unsigned want, double value) {
        if (want & value_bit && arrays_[0].is_none()) arrays_[0] = nb::float_(value);
        const int count = int(want & 1) + int(want >> 1 & 1) + int(want >> 2 & 1);
        if (count == 1) return arrays_[want == 1 ? 0 : want == 2 ? 1 : 2];
        nb::object tuple = nb::steal(PyTuple_New(count));
        int position = 0;
        for (int bit = 0; bit < 3; ++bit)
            if (want >> bit & 1)
                PyTuple_SET_ITEM(tuple.ptr(), position++, arrays_[bit].release().ptr());
        return tuple;
    }

  private:
    bool make(PyObject* out, Py_ssize_t slot, int axes, const Arguments& arguments,
              nb::object& array) {
        PyObject* target = Py_None;
        if (given_ > 0) {
            if (slot >= given_) return false;
            target = PyTuple_Check(out) ? PyTuple_GET_ITEM(out, slot) : out;
        }
        if (target == Py_None) {
            array = nb::steal(
                new_array(axes, PyArray_DIMS(arguments.p), PyArray_TYPE(arguments.p), arguments.walk));
            if (!array.is_valid()) throw nb::python_error();
            return true;
        }
        if (arguments.walk != Walk::c_order || !fits(target, axes, arguments)) return false;
        array = nb::borrow(target);
        return true;
    }

    bool fits(PyObject* target, int axes, const Arguments& arguments) const {
        PyArrayObject* out = plain_array(target);
        if (out == nullptr || !PyArray_ISCARRAY(out) || !same_shape(out, arguments.p, axes) ||
            PyArray_TYPE(out) != PyArray_TYPE(arguments.p))
            return false;
        for (PyArrayObject* input : {arguments.y, arguments.p, arguments.weight})
            if (input != nullptr && !may_write(out, input)) return false;
        for (const nb::object& other : arrays_)
            if (other.is_valid() && !other.is_none()) {
                const Span a = span_of(out);
                const Span b = span_of(reinterpret_cast<PyArrayObject*>(other.ptr()));
                if (a.first < b.last && b.first < a.last) return false;
            }
        return true;
    }

    void* data(int bit) const {
        if (!arrays_[bit].is_valid() || arrays_[bit].is_none()) return nullptr;
        return PyArray_DATA(reinterpret_cast<PyArrayObject*>(arrays_[bit].ptr()));
    }

    nb::object arrays_[3];
    Py_ssize_t given_ = 0;
};

template <class Run> Outcome without_interpreter(std::size_t numbers, const Run& run) {
    if (numbers < release_interpreter_from) return run();
    nb::gil_scoped_release release;
    return run();
}

bool fill(Work& work, const InstructionSet* set, unsigned want, const Arguments& arguments,
          const Results& results, bool several_axes) {
    work.instructions = set;
    work.want = want;
    work.samples = length(arguments.p, arguments.sample_axes);
    work.y = read_column(arguments.y, arguments.walk, several_axes);
    work.p = read_column(arguments.p, arguments.walk, several_axes);
    work.outputs = results.outputs();
    if (!work.y || !work.p) return false;
    if (arguments.weight == nullptr) return true;
    work.weight = read_column(arguments.weight, arguments.walk, several_axes);
    return bool(work.weight);
}

class PointwiseCall {
  public:
    PointwiseCall(const InstructionSet* set, const PointwiseKernel* kernel,
                  std::vector<double> parameters)
        : set_(set), kernel_(kernel), parameters_(std::move(parameters)) {}

    nb::object operator()(unsigned want, nb::handle y_true, nb::handle y_pred,
                          nb::handle sample_weight, nb::handle reduction, nb::handle out) const {
        const nb::object refused = nb::borrow(Py_NotImplemented);
        Arguments arguments;
        Results results;
        PointwiseWork work{};
        if (!read_reduction(reduction.ptr(), work.reduction) ||
            !arguments.read(y_true.ptr(), y_pred.ptr(), sample_weight.ptr(), false) ||
            !results.prepare(out.ptr(), want, arguments, work.reduction) ||
            !fill(work, set_, want, arguments, results, true))
            return refused;
        work.kernel = kernel_;
        work.parameters = parameters_.data();
        const bool single = PyArray_TYPE(arguments.p) == NPY_FLOAT;
        const Outcome outcome = without_interpreter(work.samples, [&] {
            return single ? run_pointwise<float>(work) : run_pointwise<double>(work);
        });
        return outcome.valid ? results.finish(want, outcome.value) : refused;
    }

  private:
    const InstructionSet* set_;
    const PointwiseKernel* kernel_;
    std::vector<double> parameters_;
};

class RowCall {
  public:
    RowCall(const InstructionSet* set, const RowKernel* kernel) : set_(set), kernel_(kernel) {}

    nb::object operator()(unsigned want, nb::handle y_true, nb::handle y_pred,
                          nb::handle sample_weight, nb::handle reduction, nb::handle out) const {
        const nb::object refused = nb::borrow(Py_NotImplemented);
        Arguments arguments;
        Results results;
        RowWork work{};
        if (!read_reduction(reduction.ptr(), work.reduction) ||
            !arguments.read(y_true.ptr(), y_pred.ptr(), sample_weight.ptr(), true) ||
            !results.prepare(out.ptr(), want, arguments, work.reduction) ||
            !fill(work, set_, want, arguments, results, false))
            return refused;
        work.kernel = kernel_;
        work.classes = std::size_t(PyArray_DIM(arguments.p, arguments.sample_axes));
        work.target_rows = PyArray_NDIM(arguments.y) > arguments.sample_axes;
        work.row_sum_tolerance =
            std::max(row_sum_tolerance(work.y.element), row_sum_tolerance(work.p.element));
        const bool single = PyArray_TYPE(arguments.p) == NPY_FLOAT;
        const Outcome outcome = without_interpreter(work.samples * work.classes, [&] {
            return single ? run_rows<float>(work) : run_rows<double>(work);
        });
        return outcome.valid ? results.finish(want, outcome.value) : refused;
    }

  private:
    const InstructionSet* set_;
    const RowKernel* kernel_;
};

nb::object find_kernel(const std::string& name, const std::vector<double>& parameters,
                       const std::string& instruction_set) {
    const InstructionSet* set = instruction_set.empty()
                                    ? best_instruction_set()
                                    : find_instruction_set(instruction_set.c_str());
    if (set == nullptr) return nb::none();
    for (auto kernel = set->pointwise; *kernel != nullptr; ++kernel)
        if (name == (*kernel)->name && parameters.size() == std::size_t((*kernel)->parameters))
            return nb::cast(PointwiseCall(set, *kernel, parameters));
    for (auto kernel = set->rows; *kernel != nullptr; ++kernel)
        if (name == (*kernel)->name && parameters.empty()) return nb::cast(RowCall(set, *kernel));
    return nb::none();
}

} // namespace
} // namespace lossbook

NB_MODULE(_native, m) {
    using namespace lossbook;
    if (PyArray_ImportNumPyAPI() < 0) throw nb::python_error();
    // A loss keeps its kernel, and a loss of a module lives until Python exits: that is no leak.
    nb::set_leak_warnings(false);
    nb::class_<PointwiseCall>(m, "PointwiseKernel")
        .def("__call__", &PointwiseCall::operator(), nb::arg("want"),
             nb::arg("y_true").none(), nb::arg("y_pred").none(), nb::arg("sample_weight").none(),
             nb::arg("reduction").none(), nb::arg("out").none());
    nb::class_<RowCall>(m, "RowKernel")
        .def("__call__", &RowCall::operator(), nb::arg("want"),
             nb::arg("y_true").none(), nb::arg("y_pred").none(), nb::arg("sample_weight").none(),
             nb::arg("reduction").none(), nb::arg("out").none());
    m.def("find_kernel", find_kernel, nb::arg("name"), nb::arg("parameters"),
          nb::arg("instruction_set") = "",
          "The kernel of this name for an instruction set (the best by default), or None.");
    m.def("instruction_set", [] {
        const InstructionSet* set = best_instruction_set();
        return std::string(set == nullptr ? "" : set->name);
    });
    m.attr("compiler") = LOSSBOOK_COMPILER " " __VERSION__;
    m.def("set_num_threads", [](unsigned count) { set_thread_count(count); }, nb::arg("count"));
    m.def("get_num_threads", [] { return thread_count(); });
}
