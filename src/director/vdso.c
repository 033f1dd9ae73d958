/*
 * Makes the image: the least ELF file in which C libraries look for functions (elf(5)): one
 * segment, a table of symbols with a hash table, and versions, which the kernel's has as well.
 */
#include "director/vdso.h"

#include <elf.h>
#include <string.h>

#include "base/mem.h"

#define FUNCTIONS (sizeof((struct arch_vdso *)NULL)->functions / sizeof(struct arch_vdso_function))
#define SYMBOLS (1 + FUNCTIONS) /* the first is none */
#define STRINGS_SIZE 128

enum { VERSION_OF_FILE = 1, VERSION_OF_SYMBOLS }; /* indices of versions; 0 is for what is local */

struct layout {
    Elf64_Ehdr header;
    Elf64_Phdr segments[3];
    Elf64_Dyn dynamic[10];
    Elf64_Sym symbols[SYMBOLS];
    struct {
        Elf64_Verdef definition;
        Elf64_Verdaux name;
    } versions[2];
    struct {
        Elf64_Word bucket_count, chain_count, bucket, chain[SYMBOLS];
    } hash;
    Elf64_Half version_of[SYMBOLS];
    char strings[STRINGS_SIZE];
    _Alignas(16) unsigned char code[];
};

/* The hash of the System V ABI, "Hash Table". */
static Elf64_Word hash_of(const char *name)
{
    Elf64_Word hash = 0;
    for (; *name != '\0'; name++) {
        hash = (hash << 4) + (unsigned char)*name;
        Elf64_Word high = hash & 0xf0000000;
        hash = (hash ^ high >> 24) & ~high;
    }
    return hash;
}

/* Returns the name's place among the strings, of which the first is empty. */
static Elf64_Word add_name(struct layout *file, size_t *used, const char *name)
{
    size_t at = *used, length = strlen(name) + 1;
    memcpy(file->strings + at, name, length);
    *used += length;
    return (Elf64_Word)at;
}

static void add_version(struct layout *file, size_t *used, Elf64_Half index, const char *name)
{
    bool is_last = index == ARRAY_SIZE(file->versions);
    file->versions[index - 1].definition = (Elf64_Verdef){
        .vd_version = VER_DEF_CURRENT,
        .vd_flags = index == VERSION_OF_FILE ? VER_FLG_BASE : 0,
        .vd_ndx = index,
        .vd_cnt = 1,
        .vd_hash = hash_of(name),
        .vd_aux = sizeof(Elf64_Verdef),
        .vd_next = is_last ? 0 : (Elf64_Word)sizeof file->versions[0],
    };
    file->versions[index - 1].name.vda_name = add_name(file, used, name);
}

static void fill(struct layout *file, const struct arch_vdso *vdso)
{
    size_t used = 1;
    Elf64_Xword size = offsetof(struct layout, code) + vdso->size;
    file->header = (Elf64_Ehdr){
        .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
        .e_type = ET_DYN,
        .e_machine = vdso->machine,
        .e_version = EV_CURRENT,
        .e_phoff = offsetof(struct layout, segments),
        .e_ehsize = sizeof file->header,
        .e_phentsize = sizeof file->segments[0],
        .e_phnum = ARRAY_SIZE(file->segments),
    };
    file->segments[0] = (Elf64_Phdr){.p_type = PT_LOAD,
                                     .p_flags = PF_R | PF_X,
                                     .p_filesz = size,
                                     .p_memsz = size,
                                     .p_align = 4096};
    file->segments[1] = (Elf64_Phdr){
        .p_type = PT_DYNAMIC,
        .p_flags = PF_R,
        .p_offset = offsetof(struct layout, dynamic),
        .p_vaddr = offsetof(struct layout, dynamic),
        .p_filesz = sizeof file->dynamic,
        .p_memsz = sizeof file->dynamic,
        .p_align = sizeof(Elf64_Addr),
    };
    Elf64_Off unwinding = offsetof(struct layout, code) + vdso->unwinding;
    file->segments[2] = (Elf64_Phdr){
        .p_type = PT_GNU_EH_FRAME,
        .p_flags = PF_R,
        .p_offset = unwinding,
        .p_vaddr = unwinding,
        .p_filesz = vdso->size - vdso->unwinding,
        .p_memsz = vdso->size - vdso->unwinding,
        .p_align = 4,
    };
    add_version(file, &used, VERSION_OF_FILE, "linux-vdso.so.1");
    add_version(file, &used, VERSION_OF_SYMBOLS, "LINUX_2.6");
    /* All symbols in one chain. */
    file->hash.bucket_count = 1;
    file->hash.chain_count = SYMBOLS;
    file->hash.bucket = 1;
    for (size_t i = 0; i < FUNCTIONS; i++) {
        size_t end = i + 1 < FUNCTIONS ? vdso->functions[i + 1].at : vdso->functions_end;
        file->symbols[i + 1] = (Elf64_Sym){
            .st_name = add_name(file, &used, vdso->functions[i].name),
            .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
            .st_shndx = 1, /* any but none: there are no sections */
            .st_value = offsetof(struct layout, code) + vdso->functions[i].at,
            .st_size = end - vdso->functions[i].at,
        };
        file->hash.chain[i + 1] = i + 1 < FUNCTIONS ? (Elf64_Word)i + 2 : 0;
        file->version_of[i + 1] = VERSION_OF_SYMBOLS;
    }
    const Elf64_Dyn dynamic[] = {
        {DT_SONAME, {file->versions[0].name.vda_name}},
        {DT_HASH, {offsetof(struct layout, hash)}},
        {DT_STRTAB, {offsetof(struct layout, strings)}},
        {DT_STRSZ, {used}},
        {DT_SYMTAB, {offsetof(struct layout, symbols)}},
        {DT_SYMENT, {sizeof file->symbols[0]}},
        {DT_VERDEF, {offsetof(struct layout, versions)}},
        {DT_VERDEFNUM, {ARRAY_SIZE(file->versions)}},
        {DT_VERSYM, {offsetof(struct layout, version_of)}},
        {DT_NULL, {0}},
    };
    _Static_assert(sizeof dynamic == sizeof file->dynamic, "as many entries as there is room for");
    memcpy(file->dynamic, dynamic, sizeof dynamic);
    memcpy(file->code, vdso->code, vdso->size);
}

size_t vdso_image(uint64_t clock_address, int64_t realtime_ns, int64_t monotonic_ns, void *image,
                  size_t size)
{
    _Alignas(struct layout) unsigned char bytes[VDSO_IMAGE_MAX] = {0};
    struct layout *file = (struct layout *)bytes;
    struct arch_vdso vdso;
    if (!arch_vdso(&vdso))
        return 0;
    size_t length = sizeof *file + vdso.size;
    if (length > sizeof bytes || length > size)
        return 0;
    fill(file, &vdso);
    const struct arch_vdso_constants constants = {clock_address, realtime_ns, monotonic_ns};
    memcpy(file->code, &constants, sizeof constants);
    memcpy(image, bytes, length);
    return length;
}
