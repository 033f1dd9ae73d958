#include "director/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <unistd.h>

static size_t peek(pid_t tid, uint64_t address, void *out, size_t length)
{
    size_t done = 0;
    while (done < length) {
        uint64_t at = address + done;
        uint64_t aligned = at & ~(uint64_t)(sizeof(long) - 1);
        errno = 0;
        long word = ptrace(PTRACE_PEEKDATA, tid, (void *)(uintptr_t)aligned, NULL);
        if (word == -1 && errno != 0)
            break;
        size_t skip = (size_t)(at - aligned);
        size_t take = sizeof word - skip;
        if (take > length - done)
            take = length - done;
        memcpy((char *)out + done, (const char *)&word + skip, take);
        done += take;
    }
    return done;
}

static bool poke(pid_t tid, uint64_t address, const void *bytes, size_t length)
{
    size_t done = 0;
    while (done < length) {
        uint64_t at = address + done;
        uint64_t aligned = at & ~(uint64_t)(sizeof(long) - 1);
        size_t skip = (size_t)(at - aligned);
        size_t take = sizeof(long) - skip;
        if (take > length - done)
            take = length - done;
        long word = 0;
        if (take < sizeof word) { /* keep the neighbours */
            errno = 0;
            word = ptrace(PTRACE_PEEKDATA, tid, (void *)(uintptr_t)aligned, NULL);
            if (word == -1 && errno != 0)
                return false;
        }
        memcpy((char *)&word + skip, (const char *)bytes + done, take);
        if (ptrace(PTRACE_POKEDATA, tid, (void *)(uintptr_t)aligned, (void *)(uintptr_t)word) < 0)
            return false;
        done += take;
    }
    return true;
}

size_t memory_read_some(pid_t tid, uint64_t address, void *out, size_t length)
{
    if (length == 0)
        return 0;
    /* One request stops at the first unreadable page, but a partial transfer works in whole iovecs
     * only (process_vm_readv(2)): ask page by page when it crosses one. */
    size_t done = 0;
    while (done < length) {
        size_t take = length - done;
        struct iovec local = {(char *)out + done, take};
        struct iovec remote = {(void *)(uintptr_t)(address + done), take};
        ssize_t got = process_vm_readv(tid, &local, 1, &remote, 1, 0);
        if (got <= 0) {
            size_t in_page = 4096 - (size_t)((address + done) & 4095);
            if (take > in_page) {
                local.iov_len = remote.iov_len = in_page;
                got = process_vm_readv(tid, &local, 1, &remote, 1, 0);
            }
        }
        if (got <= 0)
            return done + peek(tid, address + done, (char *)out + done, length - done);
        done += (size_t)got;
    }
    return done;
}

bool memory_read(pid_t tid, uint64_t address, void *out, size_t length)
{
    return memory_read_some(tid, address, out, length) == length;
}

bool memory_overwrite(pid_t tid, uint64_t address, const void *bytes, size_t length)
{
    char path[48];
    snprintf(path, sizeof path, "/proc/%d/mem", tid); /* a tenth of what poking costs */
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t put = pwrite(fd, bytes, length, (off_t)address);
    close(fd);
    return put == (ssize_t)length || (put > 0 && poke(tid, address, bytes, length));
}

bool memory_write(pid_t tid, uint64_t address, const void *bytes, size_t length)
{
    struct iovec local = {(void *)(uintptr_t)bytes, length};
    struct iovec remote = {(void *)(uintptr_t)address, length};
    ssize_t put = process_vm_writev(tid, &local, 1, &remote, 1, 0);
    if (put >= 0 || errno == EFAULT) /* to poke would get past write protection */
        return put == (ssize_t)length;
    return poke(tid, address, bytes, length);
}

bool memory_is_open(pid_t tid, uint64_t address)
{
    uint64_t word;
    struct iovec local = {&word, sizeof word};
    struct iovec remote = {(void *)(uintptr_t)address, sizeof word};
    return process_vm_readv(tid, &local, 1, &remote, 1, 0) == (ssize_t)sizeof word;
}

bool memory_read_string(pid_t tid, uint64_t address, char *out, size_t size)
{
    size_t done = 0;
    while (done + 1 < size) {
        size_t in_page = 4096 - (size_t)((address + done) & 4095);
        size_t take = size - 1 - done;
        if (take > in_page)
            take = in_page;
        size_t got = memory_read_some(tid, address + done, out + done, take);
        char *end = memchr(out + done, '\0', got);
        if (end != NULL)
            return true;
        done += got;
        if (got < take)
            break;
    }
    out[done] = '\0';
    return done > 0;
}
