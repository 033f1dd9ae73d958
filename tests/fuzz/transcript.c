/*
 * Any bytes as what a program prints, cut into writes at every 0xff, with time and commentary
 * between some: no form may contain anything that steers a terminal or ends a document early.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "transcript/transcript.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void play(struct trace_sink sink, const char *data, size_t size, int64_t *us)
{
    sink.begin(sink.self, &(struct trace_header){.scenario = "fuzz"});
    sink.event(sink.self, &(struct event){.kind = EVENT_START, .process = "main"});
    unsigned count = 0;
    while (size > 0) {
        const char *end = memchr(data, 0xff, size);
        size_t part = end != NULL ? (size_t)(end - data) : size;
        static const enum event_kind kinds[] = {EVENT_OUTPUT, EVENT_OUTPUT, EVENT_SAY, EVENT_OUTPUT,
                                                EVENT_TYPE};
        struct event event = {.kind = kinds[count % 5],
                              .process = "main",
                              .t_us = *us,
                              .text = data,
                              .text_length = part};
        sink.event(sink.self, &event);
        *us += count++ % 3 == 1 ? 1000000 : 0;
        data += part + (end != NULL);
        size -= part + (end != NULL);
    }
}

static void expect(bool holds)
{
    if (!holds)
        abort();
}

/* Only lines, and, where there may be colours, SGR sequences. */
static void check_plain(const char *text, size_t length, bool colors)
{
    expect(utf8_valid_prefix(text, length) == length);
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        expect(!(c == 0xc2 && (unsigned char)text[i + 1] < 0xa0));
        if (colors && c == 0x1b) {
            expect(text[i + 1] == '[');
            i += 2 + strspn(text + i + 2, "0123456789;");
            expect(text[i] == 'm');
        } else {
            expect(c == '\n' || c == '\t' || (c >= 0x20 && c != 0x7f));
        }
    }
}

static void check_fences(const char *text)
{
    unsigned parts = 0;
    size_t open = 0;
    for (const char *line = text; *line != '\0';) {
        size_t length = strcspn(line, "\n"), blanks = strspn(line, " ");
        size_t run = strspn(line + blanks, "`"), rest = strspn(line + blanks + run, " \t");
        if (open == 0 && blanks <= 3 && run >= 3) {
            expect(blanks == 0 && strncmp(line + run, "console\n", 8) == 0);
            open = run;
            parts++;
        } else if (open > 0 && blanks <= 3 && run >= open && blanks + run + rest == length) {
            open = 0;
        }
        line += length + (line[length] == '\n');
    }
    expect(open == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (int format = TRANSCRIPT_TEXT; format <= TRANSCRIPT_HTML; format++) {
        char *text = NULL;
        size_t length = 0;
        int64_t us = 0;
        FILE *out = open_memstream(&text, &length);
        struct transcript *transcript = transcript_new(&(struct transcript_options){
            .format = (enum transcript_format)format, .annotate = true, .out = out});
        play(transcript_sink(transcript), (const char *)data, size, &us);
        expect(transcript_end(transcript, &(struct trace_footer){.duration_us = us}));
        transcript_free(transcript);
        fclose(out);
        check_plain(text, length, format == TRANSCRIPT_ANSI);
        if (format == TRANSCRIPT_MARKDOWN)
            check_fences(text);
        free(text);
    }
    return 0;
}
