/*
 * Durations and sizes, as people write them.
 */
#ifndef PROCENARIO_BASE_UNITS_H
#define PROCENARIO_BASE_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NS_PER_US INT64_C(1000)
#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S INT64_C(1000000000)

/* Parses "5s", "200ms", "1.5s", "10us", "1m", "2h", "1m30s" to nanoseconds (≥ 0, up to 10 years).
 * On failure returns false and sets *why to a static sentence for the reader ("a duration needs a
 * unit: write 5s, 200ms or 1m"). */
bool duration_parse(const char *text, int64_t *ns, const char **why);
/* "5s", "200ms", "1.5s": the shortest exact form. Writes at most `size` bytes, returns `out`. */
char *duration_format(int64_t ns, char *out, size_t size);
/* "64KiB", "10MB", "1GiB", "512B" to bytes. */
bool size_parse(const char *text, uint64_t *bytes, const char **why);
char *size_format(uint64_t bytes, char *out, size_t size);
/* A plain decimal integer in [min, max]; refuses signs other than '-', leading zeros, 0x, 1_000. */
bool integer_parse(const char *text, int64_t min, int64_t max, int64_t *value, const char **why);

#endif
