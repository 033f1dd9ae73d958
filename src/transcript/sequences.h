/*
 * Cuts what a program writes to its terminal into text and control sequences, however the writes
 * cut it. Out come only whole sequences of a known form and length, with numbers that are no larger
 * than any screen, and no strings (titles, the clipboard): the emulator behind it has overflows in
 * the version that Debian 12 has (more than 16 numbers in a sequence, counts near INT_MAX).
 *
 * The states are those of Paul Williams' parser for DEC terminals (https://vt100.net/emu/).
 */
#ifndef PROCENARIO_TRANSCRIPT_SEQUENCES_H
#define PROCENARIO_TRANSCRIPT_SEQUENCES_H

#include <stddef.h>

enum sequence_kind {
    SEQUENCE_TEXT,    /* no control characters in it; perhaps half a character at an end */
    SEQUENCE_CONTROL, /* one control character */
    SEQUENCE_ESCAPE,  /* a whole escape sequence */
    SEQUENCE_CSI,     /* a whole control sequence: ESC [ … */
};
typedef void sequence_taker(void *self, enum sequence_kind kind, const char *bytes, size_t length);

enum { LONGEST_SEQUENCE = 128 };

/* Zero-initialise, but for what is taken. */
struct sequencer {
    sequence_taker *take;
    void *self;
    enum {
        IN_TEXT,
        IN_ESCAPE,
        IN_CSI,
        IN_STRING,
    } state;
    char begun[LONGEST_SEQUENCE]; /* of the sequence, without ESC and [ */
    size_t length;                /* more than fits: it is dropped */
};
void sequencer_feed(struct sequencer *sequencer, const char *bytes, size_t length);

#endif
