#include "adapters/postgres/libpq.h"

#include <dlfcn.h>

namespace vestibule {
namespace {

constexpr const char* kLibrary = "libpq.so.5";

template <class Function>
bool find(void* library, const char* name, Function& function) {
    function = reinterpret_cast<Function>(dlsym(library, name));
    return function != nullptr;
}

Result<Libpq> load() {
    void* library = dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        return failure(ErrorCode::store_unavailable,
                       std::string("a store in PostgreSQL needs ") + kLibrary +
                           " (Debian's package libpq5), which cannot be loaded: " + dlerror());
    }
    Libpq functions;
#define VESTIBULE_FIND(name)                   \
    if (!find(library, #name, functions.name)) \
        return failure(ErrorCode::store_unavailable, std::string(kLibrary) + " has no " #name ": it is too old");
    VESTIBULE_LIBPQ(VESTIBULE_FIND)
#undef VESTIBULE_FIND
    return functions;
}

}  // namespace

Result<const Libpq*> load_libpq() {
    static const Result<Libpq> library = load();
    if (!library) return failure(library.error());
    return &*library;
}

}  // namespace vestibule
