// NumPy arrays as the driver sees them.
//
// NumPy's own C interface rather than nanobind's ndarray: reading an array takes a few nanoseconds
// instead of some 100, and making one 60 instead of 1000, which is what a call on 4 numbers costs.
#pragma once

#define NPY_NO_DEPRECATED_API NPY_2_0_API_VERSION
#define NPY_TARGET_VERSION NPY_2_0_API_VERSION
#include <numpy/arrayobject.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "driver.hpp"
#include "kept_memory.hpp"

namespace lossbook {

inline Element element_of_type(int type) {
    switch (type) {
    case NPY_FLOAT: return Element::f32;
    case NPY_DOUBLE: return Element::f64;
    case NPY_BOOL: return Element::boolean;
    case NPY_BYTE: return Element::i8;
    case NPY_UBYTE: return Element::u8;
    case NPY_SHORT: return Element::i16;
    case NPY_USHORT: return Element::u16;
    case NPY_INT: return Element::i32;
    case NPY_UINT: return Element::u32;
    case NPY_LONG: return sizeof(long) == 8 ? Element::i64 : Element::i32;
    case NPY_ULONG: return sizeof(long) == 8 ? Element::u64 : Element::u32;
    case NPY_LONGLONG: return Element::i64;
    case NPY_ULONGLONG: return Element::u64;
    default: return Element::none;
    }
}

// The array behind an object, or null: not exactly an ndarray, or in foreign byte order.
inline PyArrayObject* plain_array(PyObject* object) {
    if (!PyArray_CheckExact(object)) return nullptr;
    PyArrayObject* array = reinterpret_cast<PyArrayObject*>(object);
    return PyArray_ISBEHAVED_RO(array) ? array : nullptr;
}

inline std::size_t length(PyArrayObject* array, int axes) {
    std::size_t product = 1;
    for (int axis = 0; axis < axes; ++axis) product *= std::size_t(PyArray_DIM(array, axis));
    return product;
}

inline bool same_shape(PyArrayObject* one, PyArrayObject* other, int axes) {
    if (PyArray_NDIM(one) != axes) return false;
    for (int axis = 0; axis < axes; ++axis)
        if (PyArray_DIM(one, axis) != PyArray_DIM(other, axis)) return false;
    return true;
}

// How the samples are walked. Every array of a call lies in Fortran order: then so do its results.
enum class Walk { c_order, fortran_order };

// Several axes are walked as one where they lie in the walk's order. Else the reader may take them as
// they are, if neighbours are close: where each is in another cache line, a copy is the faster way.
inline Column read_column(PyArrayObject* array, Walk walk, bool several_axes) {
    constexpr std::ptrdiff_t cache_line = 64;
    Column column;
    column.data = PyArray_BYTES(array);
    column.element = element_of_type(PyArray_TYPE(array));
    if (column.element == Element::none) return {};
    const int last = PyArray_NDIM(array) - 1;
    if (walk == Walk::fortran_order || PyArray_IS_C_CONTIGUOUS(array)) {
        column.stride = PyArray_ITEMSIZE(array);
    } else if (last == 0) {
        column.stride = PyArray_STRIDE(array, 0);
    } else {
        if (!several_axes || last >= most_axes || std::abs(PyArray_STRIDE(array, last)) > cache_line)
            return {};
        column.axes = last + 1;
        column.shape = PyArray_DIMS(array);
        column.strides = PyArray_STRIDES(array);
    }
    return column;
}

// NumPy's handler of an array's memory (NEP 49) for what is kept in kept_memory.hpp.
inline PyObject* kept_memory_handler() {
    static PyDataMem_Handler handler{
        "lossbook_kept_memory",
        1,
        {nullptr, [](void*, std::size_t size) { return take_memory(size); },
         [](void*, std::size_t count, std::size_t size) {
             void* memory = take_memory(count * size);
             return memory == nullptr ? nullptr : std::memset(memory, 0, count * size);
         },
         [](void*, void* old, std::size_t size) {
             void* memory = take_memory(size);
             if (memory == nullptr) return memory;
             std::memcpy(memory, old, std::min(size, memory_size(old)));
             give_memory_back(old);
             return memory;
         },
         [](void*, void* memory, std::size_t) { give_memory_back(memory); }}};
    static PyObject* const capsule = PyCapsule_New(&handler, "mem_handler", nullptr);
    return capsule;
}

inline bool keeps_memory() {
    static const char* const wish = std::getenv("LOSSBOOK_KEEP_MEMORY");
    return wish == nullptr || std::strcmp(wish, "0") != 0;
}

// A new array, of no particular content; null with Python's error set if there is no memory.
inline PyObject* new_array(int axes, const npy_intp* shape, int type, Walk walk) {
    const bool fortran = walk == Walk::fortran_order;
    std::size_t bytes = type == NPY_FLOAT ? sizeof(float) : sizeof(double);
    for (int axis = 0; axis < axes; ++axis) bytes *= std::size_t(shape[axis]);
    if (bytes < kept_from || !keeps_memory()) return PyArray_EMPTY(axes, shape, type, fortran);
    PyObject* handler = kept_memory_handler();
    PyObject* usual = handler == nullptr ? nullptr : PyDataMem_SetHandler(handler);
    if (usual == nullptr) return nullptr;
    PyObject* array = PyArray_EMPTY(axes, shape, type, fortran);
    PyObject* ours = PyDataMem_SetHandler(usual);
    Py_DECREF(usual);
    Py_XDECREF(ours);
    return array;
}

struct Span {
    const char *first, *last;
};

inline Span span_of(PyArrayObject* array) {
    const char *first = PyArray_BYTES(array), *last = first + PyArray_ITEMSIZE(array);
    for (int axis = 0; axis < PyArray_NDIM(array); ++axis) {
        const npy_intp reach = (PyArray_DIM(array, axis) - 1) * PyArray_STRIDE(array, axis);
        (reach < 0 ? first : last) += reach;
    }
    return {first, last};
}

// Whether results can go to `out` while `input` is still read: the same array, or apart from it.
inline bool may_write(PyArrayObject* out, PyArrayObject* input) {
    const Span a = span_of(out), b = span_of(input);
    if (a.last <= b.first || b.last <= a.first) return true;
    return PyArray_DATA(out) == PyArray_DATA(input) && PyArray_TYPE(out) == PyArray_TYPE(input) &&
           PyArray_IS_C_CONTIGUOUS(input) && PyArray_SIZE(out) == PyArray_SIZE(input);
}

} // namespace lossbook
