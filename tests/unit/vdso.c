/* The vDSO as an ELF file: a function is found in it as C libraries do, and can be called. */
#include <elf.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>

#include "base/units.h"
#include "director/vdso.h"
#include "tap.h"

static const Elf64_Ehdr *header;
static const Elf64_Dyn *dynamic;

static void *at(uint64_t address)
{
    return (char *)(uintptr_t)header + address;
}

static uint64_t entry(Elf64_Sxword tag)
{
    for (const Elf64_Dyn *d = dynamic; d->d_tag != DT_NULL; d++)
        if (d->d_tag == tag)
            return d->d_un.d_val;
    return 0;
}

/* elf(5) and the System V ABI: by the hash table, and only with the version. */
static void *function(const char *name)
{
    const Elf64_Word *hash = at(entry(DT_HASH));
    const Elf64_Sym *symbols = at(entry(DT_SYMTAB));
    const char *strings = at(entry(DT_STRTAB));
    const Elf64_Half *versions = at(entry(DT_VERSYM));
    if (hash[0] != 1)
        return NULL;
    for (Elf64_Word i = hash[2]; i != STN_UNDEF; i = hash[3 + i]) {
        if (i >= hash[1] || strcmp(strings + symbols[i].st_name, name) != 0)
            continue;
        const Elf64_Verdef *version = at(entry(DT_VERDEF));
        for (uint64_t left = entry(DT_VERDEFNUM); left > 0; left--) {
            const Elf64_Verdaux *aux =
                (const Elf64_Verdaux *)((const char *)version + version->vd_aux);
            if (version->vd_ndx == versions[i] && version->vd_hash == 0x3ae75f6 &&
                strcmp(strings + aux->vda_name, "LINUX_2.6") == 0)
                return at(symbols[i].st_value);
            version = (const Elf64_Verdef *)((const char *)version + version->vd_next);
        }
    }
    return NULL;
}

int main(void)
{
    static struct vdso_clock clock = {.now_ns = 5 * NS_PER_S + 123456789, .readings_left = 6};
    void *image = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    size_t size = vdso_image((uint64_t)(uintptr_t)&clock, 2000000000 * NS_PER_S, 1000 * NS_PER_S,
                             image, 4096);
    struct arch_vdso vdso;
    ok((size > 0) == arch_vdso(&vdso), "there is an image where there is code for it");
    if (size == 0)
        return tap_done();
    ok(size <= VDSO_IMAGE_MAX, "it is as small as is promised");
    ok(vdso_image(0, 0, 0, image, size - 1) == 0, "it is not cut off");
    mprotect(image, 4096, PROT_READ | PROT_EXEC);

    header = image;
    const Elf64_Phdr *segments = at(header->e_phoff);
    for (unsigned i = 0; i < header->e_phnum; i++)
        if (segments[i].p_type == PT_DYNAMIC)
            dynamic = at(segments[i].p_vaddr);
    ok(header->e_machine == vdso.machine && dynamic != NULL, "it is a file with a dynamic section");
    ok(strcmp((char *)at(entry(DT_STRTAB)) + entry(DT_SONAME), "linux-vdso.so.1") == 0,
       "it has the kernel's name");
    ok(function("__vdso_no_such") == NULL, "what it has not is not found");

    int (*get_clock)(clockid_t, struct timespec *) = NULL;
    int (*get_day)(struct timeval *, void *) = NULL;
    time_t (*get_seconds)(time_t *) = NULL;
    void *found[] = {function("__vdso_clock_gettime"), function("__vdso_gettimeofday"),
                     function("__vdso_time")};
    memcpy(&get_clock, &found[0], sizeof get_clock);
    memcpy(&get_day, &found[1], sizeof get_day);
    memcpy(&get_seconds, &found[2], sizeof get_seconds);
    ok(get_clock != NULL && get_day != NULL && get_seconds != NULL, "its functions are found");
    if (get_clock == NULL || get_day == NULL || get_seconds == NULL)
        return tap_done();

    struct timespec ts;
    ok(get_clock(CLOCK_MONOTONIC, &ts) == 0 && ts.tv_sec == 1005 && ts.tv_nsec == 123456789,
       "CLOCK_MONOTONIC");
    ok(get_clock(CLOCK_BOOTTIME, &ts) == 0 && ts.tv_sec == 1005, "CLOCK_BOOTTIME");
    ok(get_clock(CLOCK_REALTIME, &ts) == 0 && ts.tv_sec == 2000000005 && ts.tv_nsec == 123456789,
       "CLOCK_REALTIME");
    struct timeval tv;
    ok(get_day(&tv, NULL) == 0 && tv.tv_sec == 2000000005 && tv.tv_usec == 123456, "gettimeofday");
    time_t seconds;
    ok(get_seconds(&seconds) == 2000000005 && seconds == 2000000005, "time");
    ok(get_seconds(NULL) == 2000000005, "time, told nowhere");
    ok(clock.readings_left == 0, "each took one reading");

    struct timespec real;
    clock_gettime(CLOCK_MONOTONIC, &real);
    ok(get_clock(CLOCK_MONOTONIC, &ts) == 0 && ts.tv_sec - real.tv_sec <= 5 &&
           ts.tv_sec >= real.tv_sec,
       "when none is left, the kernel is asked");
    time_t now = time(NULL);
    ok(get_day(&tv, NULL) == 0 && tv.tv_sec - now <= 5 && tv.tv_sec >= now, "by gettimeofday, too");
    ok(get_seconds(NULL) - now <= 5, "and by time");
    ok(clock.readings_left == 0, "which takes none");
    clock.readings_left = 3;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &real);
    ok(get_clock(CLOCK_PROCESS_CPUTIME_ID, &ts) == 0 && ts.tv_sec - real.tv_sec <= 5,
       "processor time is the kernel's to say");
    ok(get_clock(1000, &ts) == -22 /* EINVAL */, "and what no clock is");
    ok(clock.readings_left == 3, "which take none");
    return tap_done();
}
