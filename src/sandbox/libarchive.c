#include "sandbox/libarchive.h"

#include <dlfcn.h>
#include <stddef.h>

struct libarchive la;

/* The name of its interface, which has been the same since libarchive 3.0 (2012). */
#define LIBRARY "libarchive.so.13"

static const struct {
    const char *name;
    size_t member;
} functions[] = {
#define X(name) {#name, offsetof(struct libarchive, name)},
    LIBARCHIVE_FUNCTIONS(X)
#undef X
};

bool libarchive_load(struct error *error)
{
    if (la.archive_read_new != NULL)
        return true;
    void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    struct libarchive loaded = {0};
    bool whole = library != NULL;
    for (size_t i = 0; whole && i < sizeof functions / sizeof *functions; i++) {
        void *function = dlsym(library, functions[i].name);
        *(void **)((char *)&loaded + functions[i].member) = function;
        whole = function != NULL;
    }
    if (!whole) {
        error_set(error, 0, "cannot load libarchive: %s", dlerror());
        error_remedy(error, "install it (Debian, Ubuntu: apt-get install libarchive13)");
        return false;
    }
    la = loaded;
    return true;
}
