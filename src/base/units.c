#include "base/units.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct unit {
    const char *word;
    int64_t factor;
};

static const struct unit time_units[] = {
    {"ns", 1},       {"us", NS_PER_US},    {"µs", NS_PER_US},      {"ms", NS_PER_MS},
    {"s", NS_PER_S}, {"m", 60 * NS_PER_S}, {"min", 60 * NS_PER_S}, {"h", 3600 * NS_PER_S},
};
static const struct unit size_units[] = {
    {"B", 1},
    {"kB", 1000},
    {"KB", 1000},
    {"KiB", INT64_C(1) << 10},
    {"MB", 1000 * 1000},
    {"MiB", INT64_C(1) << 20},
    {"GB", 1000 * 1000 * 1000},
    {"GiB", INT64_C(1) << 30},
};
#define LONGEST_DURATION_NS (INT64_C(10) * 366 * 86400 * NS_PER_S / 2)

static const struct unit *find_unit(const struct unit *units, size_t count, const char *text,
                                    size_t length)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(units[i].word) == length && memcmp(units[i].word, text, length) == 0)
            return &units[i];
    return NULL;
}

enum number_end {
    NUMBER_FINE,
    NUMBER_NONE,
    NUMBER_NO_UNIT,
    NUMBER_BAD_UNIT,
    NUMBER_TOO_LARGE,
    NUMBER_NOT_WHOLE
};

/* One number with its unit, "1.5s", taken from *text. */
static enum number_end take_quantity(const char **text, const struct unit *units, size_t count,
                                     int64_t *result)
{
    const char *at = *text;
    if (!isdigit((unsigned char)*at))
        return NUMBER_NONE;
    int64_t whole = 0, fraction = 0, scale = 1;
    for (; isdigit((unsigned char)*at); at++)
        if (__builtin_mul_overflow(whole, 10, &whole) ||
            __builtin_add_overflow(whole, *at - '0', &whole))
            return NUMBER_TOO_LARGE;
    if (*at == '.' && isdigit((unsigned char)at[1])) {
        for (at++; isdigit((unsigned char)*at); at++) {
            if (scale > INT64_C(100000000))
                return NUMBER_NOT_WHOLE;
            fraction = fraction * 10 + (*at - '0');
            scale *= 10;
        }
    }
    size_t length = 0;
    while (at[length] != '\0' && !isdigit((unsigned char)at[length]) && at[length] != '.')
        length++;
    if (length == 0)
        return NUMBER_NO_UNIT;
    const struct unit *unit = find_unit(units, count, at, length);
    if (unit == NULL)
        return NUMBER_BAD_UNIT;
    int64_t parts;
    if (__builtin_mul_overflow(whole, unit->factor, result) ||
        __builtin_mul_overflow(fraction, unit->factor, &parts))
        return NUMBER_TOO_LARGE;
    if (parts % scale != 0)
        return NUMBER_NOT_WHOLE;
    if (__builtin_add_overflow(*result, parts / scale, result))
        return NUMBER_TOO_LARGE;
    *text = at + length;
    return NUMBER_FINE;
}

static bool looks_like_clock(const char *text)
{
    size_t colon = strcspn(text, ":");
    return text[colon] == ':' && colon > 0 && strspn(text, "0123456789:") == strlen(text);
}

bool duration_parse(const char *text, int64_t *ns, const char **why)
{
    *why = "a duration is a number with a unit: 5s, 200ms, 1.5s, 1m30s";
    if (looks_like_clock(text)) {
        *why = "a duration is a number with a unit: 1:30 is written 90s or 1m30s";
        return false;
    }
    if (text[0] == '-') {
        *why = "a duration cannot be negative";
        return false;
    }
    int64_t total = 0;
    const char *at = text;
    do {
        int64_t one;
        switch (take_quantity(&at, time_units, sizeof time_units / sizeof time_units[0], &one)) {
        case NUMBER_FINE:
            break;
        case NUMBER_NO_UNIT:
            *why = "a duration needs a unit: write 5s, 200ms or 1m";
            return false;
        case NUMBER_BAD_UNIT:
            *why = "the units of durations are h, m, s, ms and us";
            return false;
        case NUMBER_TOO_LARGE:
            *why = "a duration is at most 5 years";
            return false;
        case NUMBER_NOT_WHOLE:
            *why = "a duration is a whole number of nanoseconds";
            return false;
        case NUMBER_NONE:
            return false;
        }
        if (__builtin_add_overflow(total, one, &total) || total > LONGEST_DURATION_NS) {
            *why = "a duration is at most 5 years";
            return false;
        }
    } while (*at != '\0');
    *ns = total;
    return true;
}

/* Whole units without a rest, or with up to nine decimals cut of their zeros. */
static char *format_quantity(int64_t value, int64_t factor, const char *word, char *out,
                             size_t size)
{
    int64_t whole = value / factor, rest = value % factor;
    if (rest == 0) {
        snprintf(out, size, "%" PRId64 "%s", whole, word);
        return out;
    }
    char decimals[32];
    int width = 0;
    for (int64_t f = factor; f > 1 && width < 9; f /= 10)
        width++;
    snprintf(decimals, sizeof decimals, "%0*" PRId64, width, rest);
    size_t length = strlen(decimals);
    while (length > 0 && decimals[length - 1] == '0')
        decimals[--length] = '\0';
    snprintf(out, size, "%" PRId64 ".%s%s", whole, decimals, word);
    return out;
}

char *duration_format(int64_t ns, char *out, size_t size)
{
    if (ns == 0 || ns >= NS_PER_S)
        return format_quantity(ns, NS_PER_S, "s", out, size);
    if (ns >= NS_PER_MS)
        return format_quantity(ns, NS_PER_MS, "ms", out, size);
    if (ns >= NS_PER_US)
        return format_quantity(ns, NS_PER_US, "us", out, size);
    return format_quantity(ns, 1, "ns", out, size);
}

bool size_parse(const char *text, uint64_t *bytes, const char **why)
{
    *why = "a size is a number with a unit: 512B, 64KiB, 10MB, 1GiB";
    int64_t result;
    const char *at = text;
    switch (take_quantity(&at, size_units, sizeof size_units / sizeof size_units[0], &result)) {
    case NUMBER_FINE:
        if (*at != '\0')
            return false;
        *bytes = (uint64_t)result;
        return true;
    case NUMBER_NO_UNIT:
        *why = "a size needs a unit: write 512B, 64KiB or 10MB";
        return false;
    case NUMBER_BAD_UNIT:
        *why = "the units of sizes are B, kB, KiB, MB, MiB, GB and GiB";
        return false;
    case NUMBER_TOO_LARGE:
        *why = "the size is too large";
        return false;
    case NUMBER_NOT_WHOLE:
        *why = "a size is a whole number of bytes";
        return false;
    case NUMBER_NONE:
        break;
    }
    return false;
}

char *size_format(uint64_t bytes, char *out, size_t size)
{
    static const struct unit units[] = {
        {"GiB", INT64_C(1) << 30}, {"MiB", INT64_C(1) << 20}, {"KiB", INT64_C(1) << 10}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (bytes >= (uint64_t)units[i].factor && bytes % (uint64_t)units[i].factor == 0) {
            snprintf(out, size, "%" PRIu64 "%s", bytes / (uint64_t)units[i].factor, units[i].word);
            return out;
        }
    }
    snprintf(out, size, "%" PRIu64 "B", bytes);
    return out;
}

bool integer_parse(const char *text, int64_t min, int64_t max, int64_t *value, const char **why)
{
    const char *digits = text + (text[0] == '-');
    size_t length = strlen(digits);
    *why = "a whole number in decimal digits is expected";
    if (length == 0 || strspn(digits, "0123456789") != length)
        return false;
    if (digits[0] == '0' && text[0] == '-')
        return false;
    if (length > 1 && digits[0] == '0') {
        *why = "a leading zero is ambiguous (octal in some readers): write the number without it";
        return false;
    }
    int64_t result = 0;
    bool large = length > 18;
    for (size_t i = 0; i < length && !large; i++)
        result = result * 10 + (digits[i] - '0');
    if (text[0] == '-')
        result = -result;
    if (large || result < min || result > max) {
        *why = "the number is out of range";
        return false;
    }
    *value = result;
    return true;
}
