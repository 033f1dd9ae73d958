/*
 * Any bytes as a stored trace: read or explained; and what was read can be written again.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "trace/trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool format_again(void *self, const struct event *event)
{
    struct buf *text = self;
    buf_clear(text);
    event_format(event, text);
    event_describe(event, text);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd = memfd_create("trace", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);

    struct error error = {0};
    struct buf text = {0};
    struct trace_reader *reader = trace_reader_open(path, &error);
    if (reader) {
        struct trace_sink sink = {.event = format_again, .self = &text};
        if (!trace_reader_run(reader, sink, &error) && error.message[0] == '\0')
            abort(); /* refused without a word */
        trace_reader_free(reader);
    }
    buf_release(&text);
    close(fd);
    return 0;
}
