#include "base/names.h"

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The kernel's first real-time signal is 32, but libc keeps two for its threads (signal(7)). */
#define FIRST_REALTIME 34
#define LAST_REALTIME 64

#define SIGNALS(X)                                                                                 \
    X(SIGHUP)                                                                                      \
    X(SIGINT)                                                                                      \
    X(SIGQUIT)                                                                                     \
    X(SIGILL)                                                                                      \
    X(SIGTRAP)                                                                                     \
    X(SIGABRT)                                                                                     \
    X(SIGBUS)                                                                                      \
    X(SIGFPE)                                                                                      \
    X(SIGKILL)                                                                                     \
    X(SIGUSR1)                                                                                     \
    X(SIGSEGV)                                                                                     \
    X(SIGUSR2)                                                                                     \
    X(SIGPIPE)                                                                                     \
    X(SIGALRM)                                                                                     \
    X(SIGTERM)                                                                                     \
    X(SIGSTKFLT)                                                                                   \
    X(SIGCHLD)                                                                                     \
    X(SIGCONT)                                                                                     \
    X(SIGSTOP)                                                                                     \
    X(SIGTSTP)                                                                                     \
    X(SIGTTIN)                                                                                     \
    X(SIGTTOU)                                                                                     \
    X(SIGURG)                                                                                      \
    X(SIGXCPU)                                                                                     \
    X(SIGXFSZ)                                                                                     \
    X(SIGVTALRM)                                                                                   \
    X(SIGPROF)                                                                                     \
    X(SIGWINCH)                                                                                    \
    X(SIGIO)                                                                                       \
    X(SIGPWR)                                                                                      \
    X(SIGSYS)

#define X(name) [name] = #name,
static const char *const signal_words[LAST_REALTIME + 1] = {
    [0] = "SIG0", [32] = "SIG32", [33] = "SIG33", SIGNALS(X)};
#undef X

/* Names of signals and errors are asked for in forked children too: no heap, no locale. */
static char *rotating_buffer(void)
{
    static char buffers[8][24];
    static unsigned next;
    return buffers[next++ % 8];
}

static void put_number(char *out, const char *prefix, int number)
{
    char digits[12];
    size_t at = sizeof digits;
    unsigned rest = number < 0 ? 0u - (unsigned)number : (unsigned)number;
    digits[--at] = '\0';
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (number < 0)
        digits[--at] = '-';
    size_t length = strlen(prefix);
    memcpy(out, prefix, length);
    memcpy(out + length, digits + at, sizeof digits - at);
}

const char *signal_name(int signal)
{
    if (signal >= 0 && signal <= LAST_REALTIME && signal_words[signal] != NULL)
        return signal_words[signal];
    char *out = rotating_buffer();
    if (signal == FIRST_REALTIME)
        return "SIGRTMIN";
    if (signal > FIRST_REALTIME && signal <= LAST_REALTIME)
        put_number(out, "SIGRTMIN+", signal - FIRST_REALTIME);
    else
        put_number(out, "SIG", signal);
    return out;
}

static int realtime_signal(const char *text)
{
    bool from_last = strncasecmp(text, "RTMAX", 5) == 0;
    if (!from_last && strncasecmp(text, "RTMIN", 5) != 0)
        return 0;
    text += 5;
    long offset = 0;
    if (*text != '\0') {
        if (*text != (from_last ? '-' : '+') || !isdigit((unsigned char)text[1]) ||
            (text[1] == '0' && text[2] != '\0'))
            return 0;
        char *end;
        offset = strtol(text + 1, &end, 10);
        if (*end != '\0' || offset > LAST_REALTIME - FIRST_REALTIME)
            return 0;
    }
    return (int)(from_last ? LAST_REALTIME - offset : FIRST_REALTIME + offset);
}

int signal_parse(const char *text)
{
    if (isdigit((unsigned char)text[0])) {
        if (text[0] == '0') /* no signal, or octal in some readers */
            return 0;
        char *end;
        long number = strtol(text, &end, 10);
        return *end == '\0' && number >= 1 && number <= LAST_REALTIME ? (int)number : 0;
    }
    if (strncasecmp(text, "SIG", 3) == 0)
        text += 3;
    for (int s = 1; s <= LAST_REALTIME; s++)
        if (signal_words[s] != NULL && strcasecmp(signal_words[s] + 3, text) == 0)
            return s;
    static const struct {
        const char *word;
        int signal;
    } others[] = {{"CLD", SIGCHLD}, {"POLL", SIGIO}, {"IOT", SIGABRT}};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (strcasecmp(others[i].word, text) == 0)
            return others[i].signal;
    return realtime_signal(text);
}

bool signal_is_standard_form(const char *text, int signal)
{
    return strcmp(text, signal_name(signal)) == 0;
}

/* ---- errno ---- */

#define LARGEST_ERRNO 133

const char *errno_name(int code)
{
    const char *name = strerrorname_np(code);
    if (name != NULL && code != 0)
        return name;
    char *out = rotating_buffer();
    put_number(out, "E", code);
    return out;
}

int errno_parse(const char *text)
{
    static const struct {
        const char *word;
        int code;
    } others[] = {{"EWOULDBLOCK", EAGAIN}, {"EDEADLOCK", EDEADLOCK}, {"ENOTSUP", ENOTSUP}};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (strcmp(others[i].word, text) == 0)
            return others[i].code;
    for (int code = 1; code <= LARGEST_ERRNO; code++) {
        const char *name = strerrorname_np(code);
        if (name != NULL && strcmp(name, text) == 0)
            return code;
    }
    return 0;
}

/* ---- near words ---- */

#define LONGEST_WORD 64

static size_t smallest(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

size_t edit_distance(const char *a, const char *b, size_t limit)
{
    size_t length_a = strlen(a), length_b = strlen(b);
    if (length_a > LONGEST_WORD || length_b > LONGEST_WORD)
        return limit;
    size_t rows[3][LONGEST_WORD + 1];
    size_t *before_last = rows[0], *last = rows[1], *now = rows[2];
    for (size_t j = 0; j <= length_b; j++)
        last[j] = j;
    for (size_t i = 1; i <= length_a; i++) {
        now[0] = i;
        for (size_t j = 1; j <= length_b; j++) {
            bool same = tolower((unsigned char)a[i - 1]) == tolower((unsigned char)b[j - 1]);
            now[j] = smallest(last[j] + 1, now[j - 1] + 1, last[j - 1] + !same);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                before_last[j - 2] + 1 < now[j])
                now[j] = before_last[j - 2] + 1;
        }
        size_t *free_row = before_last;
        before_last = last;
        last = now;
        now = free_row;
    }
    return last[length_b] < limit ? last[length_b] : limit;
}

const char *nearest_word(const char *word, const char *const *words)
{
    size_t length = strlen(word);
    /* A third of the letters may be wrong; one of a short word. */
    size_t best = (length < 3 ? 1 : length / 3) + 1;
    const char *nearest = NULL;
    for (; *words != NULL; words++) {
        size_t distance = edit_distance(word, *words, best);
        if (distance < best) {
            best = distance;
            nearest = *words;
        }
    }
    return nearest;
}
