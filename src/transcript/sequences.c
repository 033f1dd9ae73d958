/* Cuts what a program writes to its terminal into text and control sequences. */
#include "transcript/sequences.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { ESCAPE = 0x1b, CANCEL = 0x18, SUBSTITUTE = 0x1a, BELL = 0x07, DELETE = 0x7f };
enum { MOST_NUMBERS = 16, LARGEST_NUMBER = 9999 };

static bool is_between(unsigned char byte, unsigned char first, unsigned char last)
{
    return byte >= first && byte <= last;
}

static bool is_intermediate(unsigned char byte)
{
    return is_between(byte, 0x20, 0x2f);
}

static void collect(struct sequencer *sequencer, unsigned char byte)
{
    if (sequencer->length < sizeof sequencer->begun)
        sequencer->begun[sequencer->length] = (char)byte;
    sequencer->length++;
}

static void give(const struct sequencer *sequencer, enum sequence_kind kind, const char *head)
{
    char text[LONGEST_SEQUENCE + 4];
    if (sequencer->length > sizeof sequencer->begun)
        return;
    int length =
        snprintf(text, sizeof text, "%s%.*s", head, (int)sequencer->length, sequencer->begun);
    sequencer->take(sequencer->self, kind, text, (size_t)length);
}

/* Numbers and what is between them, copied with the numbers cut to size. Returns what is behind
 * them; NULL: they are too many. */
static const char *copy_numbers(const char *at, const char *end, struct sequencer *out)
{
    for (int count = 1;; count++) {
        long number = 0;
        bool any = false;
        for (; at < end && is_between((unsigned char)*at, '0', '9'); at++, any = true)
            if (number <= LARGEST_NUMBER)
                number = number * 10 + (*at - '0');
        if (any) {
            char digits[24]; /* any long, for what compilers can tell */
            snprintf(digits, sizeof digits, "%ld",
                     number < LARGEST_NUMBER ? number : LARGEST_NUMBER);
            for (const char *digit = digits; *digit != '\0'; digit++)
                collect(out, (unsigned char)*digit);
        }
        if (at == end || (*at != ';' && *at != ':'))
            return at;
        if (count == MOST_NUMBERS)
            return NULL;
        collect(out, (unsigned char)*at++);
    }
}

/* ESC [, perhaps a private mark, numbers, perhaps an intermediate, and the command. */
static void give_csi(const struct sequencer *sequencer)
{
    if (sequencer->length > sizeof sequencer->begun)
        return;
    const char *at = sequencer->begun, *end = at + sequencer->length;
    struct sequencer out = {.take = sequencer->take, .self = sequencer->self};
    if (is_between((unsigned char)*at, '<', '?'))
        collect(&out, (unsigned char)*at++);
    at = copy_numbers(at, end, &out);
    if (at != NULL && is_intermediate((unsigned char)*at))
        collect(&out, (unsigned char)*at++);
    if (at == NULL || at + 1 != end)
        return; /* no terminal knows it */
    collect(&out, (unsigned char)*at);
    give(&out, SEQUENCE_CSI, "\33[");
}

/* Ends of sequences that hold in every state. */
static bool breaks_off(struct sequencer *sequencer, unsigned char byte)
{
    if (byte == ESCAPE) {
        sequencer->state = IN_ESCAPE;
        sequencer->length = 0;
    } else if (byte == CANCEL || byte == SUBSTITUTE) {
        sequencer->state = IN_TEXT;
    } else {
        return false;
    }
    return true;
}

static void give_control(const struct sequencer *sequencer, unsigned char byte)
{
    char control = (char)byte;
    if (byte != 0 && byte != DELETE)
        sequencer->take(sequencer->self, SEQUENCE_CONTROL, &control, 1);
}

static void in_escape(struct sequencer *sequencer, unsigned char byte)
{
    if (is_intermediate(byte)) {
        collect(sequencer, byte);
    } else if (sequencer->length == 0 && byte == '[') {
        sequencer->state = IN_CSI;
    } else if (sequencer->length == 0 && strchr("]PX^_", byte) != NULL) {
        sequencer->state = IN_STRING;
    } else {
        sequencer->state = IN_TEXT;
        collect(sequencer, byte);
        if (sequencer->length <= 3)
            give(sequencer, SEQUENCE_ESCAPE, "\33");
    }
}

static void in_csi(struct sequencer *sequencer, unsigned char byte)
{
    collect(sequencer, byte);
    if (byte < 0x40)
        return;
    sequencer->state = IN_TEXT;
    give_csi(sequencer);
}

/* How much of the bytes is text. */
static size_t text_length(const char *bytes, size_t length)
{
    size_t part = 0;
    while (part < length && (unsigned char)bytes[part] >= 0x20 && bytes[part] != DELETE)
        part++;
    return part;
}

void sequencer_feed(struct sequencer *sequencer, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        if (breaks_off(sequencer, byte))
            continue;
        if (sequencer->state == IN_STRING) {
            if (byte == BELL)
                sequencer->state = IN_TEXT;
            continue;
        }
        if (byte < 0x20 || byte == DELETE) {
            give_control(sequencer, byte);
            continue;
        }
        if (byte >= 0x80)
            sequencer->state = IN_TEXT; /* no part of a sequence */
        if (sequencer->state == IN_ESCAPE) {
            in_escape(sequencer, byte);
        } else if (sequencer->state == IN_CSI) {
            in_csi(sequencer, byte);
        } else {
            size_t part = text_length(bytes + i, length - i);
            sequencer->take(sequencer->self, SEQUENCE_TEXT, bytes + i, part);
            i += part - 1;
        }
    }
}
