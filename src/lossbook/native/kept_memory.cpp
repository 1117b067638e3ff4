#include "kept_memory.hpp"

#include <array>
#include <cstdint>
#include <mutex>
#include <new>
#include <utility>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace lossbook {

namespace {

// In front of each piece of memory, in a cache line of its own.
struct alignas(64) Header {
    std::size_t size; // of the whole mapping, this header included
};

constexpr std::size_t huge_page = std::size_t(2) << 20;

// Three results of one call, and one of the call before that is still in use.
constexpr std::size_t most_kept = 4;

// Starts at a huge page: one of them is faster to get, and to walk through, than 512 small ones.
Header* map(std::size_t size) {
#if defined(__linux__)
    const std::size_t room = size + huge_page;
    void* mapped = mmap(nullptr, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) return nullptr;
    char* start = static_cast<char*>(mapped);
    const std::size_t before = (huge_page - reinterpret_cast<std::uintptr_t>(start)) % huge_page;
    if (before > 0) munmap(start, before);
    munmap(start + before + size, huge_page - before);
    madvise(start + before, size, MADV_HUGEPAGE);
    return new (start + before) Header{size};
#else
    (void)size;
    return nullptr;
#endif
}

void unmap(Header* header) {
#if defined(__linux__)
    munmap(header, header->size);
#else
    (void)header;
#endif
}

// The system may take the pages without asking; what it has not taken can be written to at once. All
// but the first huge page, which holds the header: a part of one would be split into small ones.
void offer(Header* header) {
#if defined(MADV_FREE)
    if (header->size > huge_page)
        madvise(reinterpret_cast<char*>(header) + huge_page, header->size - huge_page, MADV_FREE);
#else
    (void)header;
#endif
}

class Shelf {
  public:
    // The tightest fit that wastes less than a quarter, or null.
    Header* take(std::size_t size) {
        const std::unique_lock lock(mutex_, std::try_to_lock);
        if (!lock) return nullptr;
        Header** best = nullptr;
        for (Header*& header : kept_)
            if (header != nullptr && header->size >= size && header->size <= size + size / 4 &&
                (best == nullptr || header->size < (*best)->size))
                best = &header;
        return best == nullptr ? nullptr : std::exchange(*best, nullptr);
    }

    // What has no place on the shelf any more, or null: the oldest goes.
    Header* put(Header* header) {
        const std::unique_lock lock(mutex_, std::try_to_lock);
        if (!lock) return header;
        Header* last = header;
        for (Header*& place : kept_) {
            std::swap(place, last);
            if (last == nullptr) break;
        }
        return last;
    }

  private:
    // Never waited for: a process that was forked while another thread held it would wait for ever.
    std::mutex mutex_;
    std::array<Header*, most_kept> kept_{};
};

Shelf& shelf() {
    static Shelf* const only = new Shelf; // arrays may outlive all static objects
    return *only;
}

Header* header_of(void* memory) { return static_cast<Header*>(memory) - 1; }

} // namespace

void* take_memory(std::size_t size) {
    if (size > SIZE_MAX - 2 * huge_page) return nullptr;
    const std::size_t whole = (size + sizeof(Header) + huge_page - 1) / huge_page * huge_page;
    Header* header = shelf().take(whole);
    if (header == nullptr) header = map(whole);
    return header == nullptr ? nullptr : header + 1;
}

void give_memory_back(void* memory) {
    Header* header = header_of(memory);
    offer(header);
    if (Header* last = shelf().put(header)) unmap(last);
}

std::size_t memory_size(const void* memory) {
    return (static_cast<const Header*>(memory) - 1)->size - sizeof(Header);
}

} // namespace lossbook
