#include "threads.hpp"

namespace lossbook {

static std::atomic<unsigned> configured{1};

void set_thread_count(unsigned count) { configured = count; }
unsigned thread_count() { return configured; }

} // namespace lossbook
