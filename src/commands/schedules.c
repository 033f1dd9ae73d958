#include "commands/schedules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/output.h"
#include "base/text.h"
#include "director/director.h"
#include "judge/robust.h"

/* All performances of one scenario. */
struct rounds {
    const struct stage *stage;
    const struct scenario *scenario;
    unsigned count;     /* of schedules */
    unsigned performed; /* so many of them */
    struct robust *robust;
    struct moments *moments; /* of the performance at hand, when it is not the first */
    int trace_fd;            /* of several, the trace that is written in the end; -1: none so far */
    bool trace_is_bad;       /* something did not hold in it: it is the one to keep */
    bool report_wrong;
    struct error error; /* why a performance, or its trace, could not be had */
};

struct schedule_spec effective_schedule(const struct run_settings *settings,
                                        const struct scenario *scenario, unsigned n)
{
    return settings->has_schedule ? settings->schedule : scenario_schedule(scenario, n);
}

unsigned effective_schedules(const struct run_settings *settings, const struct scenario *scenario)
{
    if (settings->has_schedule)
        return 1;
    return settings->schedules > 0 ? settings->schedules : scenario->schedules;
}

/* ---- the trace: of the first performance in which something did not hold, else of the first ----
 */

/* Where the n-th performance writes its trace: at once to its place when there is only one, else to
 * a file without a name, of which one is kept. -1: nowhere. */
static bool open_trace(struct rounds *rounds, int *fd)
{
    *fd = -1;
    if (rounds->stage->trace_fd < 0 || rounds->trace_is_bad)
        return true;
    *fd = rounds->count == 1 ? rounds->stage->trace_fd : output_unnamed(&rounds->error);
    if (*fd >= 0)
        return true;
    error_wrap(&rounds->error, "cannot write trace '%s'", rounds->stage->settings->trace);
    error_print(&rounds->error);
    return false;
}

static void keep_trace(struct rounds *rounds, int fd, bool bad)
{
    if (fd < 0 || fd == rounds->stage->trace_fd)
        return;
    if (rounds->trace_fd >= 0 && !bad) {
        close(fd);
        return;
    }
    if (rounds->trace_fd >= 0)
        close(rounds->trace_fd);
    rounds->trace_fd = fd;
    rounds->trace_is_bad = bad;
}

static bool write_all(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(fd, bytes, length);
        if (written < 0 && errno != EINTR)
            return false;
        if (written > 0) {
            bytes += written;
            length -= (size_t)written;
        }
    }
    return true;
}

static bool copy(int from, int to)
{
    char bytes[65536];
    ssize_t length;
    if (lseek(from, 0, SEEK_SET) < 0)
        return false;
    while ((length = read(from, bytes, sizeof bytes)) > 0 || (length < 0 && errno == EINTR))
        if (length > 0 && !write_all(to, bytes, (size_t)length))
            return false;
    return length == 0;
}

static bool deliver_trace(struct rounds *rounds)
{
    if (rounds->trace_fd < 0 || copy(rounds->trace_fd, rounds->stage->trace_fd))
        return true;
    error_set(&rounds->error, errno, "cannot write trace '%s'", rounds->stage->settings->trace);
    error_print(&rounds->error);
    return false;
}

/* ---- performing ------------------------------------------------------------------------------ */

/* False: there is nothing more to perform. */
static bool perform_next(struct rounds *rounds)
{
    unsigned n = rounds->performed;
    struct performance performance = {
        .stage = rounds->stage,
        .scenario = rounds->scenario,
        .schedule = effective_schedule(rounds->stage->settings, rounds->scenario, n),
    };
    if (!open_trace(rounds, &performance.trace_fd))
        return false;
    if (n > 0) {
        if (rounds->moments == NULL)
            rounds->moments = moments_new("…");
        moments_clear(rounds->moments);
        performance.moments = rounds->moments;
    }
    perform_once(&performance);
    rounds->performed++;
    auto_buf struct buf name = {0};
    schedule_tell(&performance.schedule, &name);
    bool bad =
        robust_add(rounds->robust, n > 0 ? name.data : NULL, &performance.footer, rounds->moments);
    keep_trace(rounds, performance.trace_fd, bad);
    rounds->report_wrong = performance.report_wrong;
    if (performance.footer.end == RUN_FAILED)
        rounds->error = performance.error;
    bool more = performance.footer.end != RUN_FAILED && performance.footer.end != RUN_INTERRUPTED &&
                !rounds->report_wrong;
    performance_release(&performance);
    return more && rounds->performed < rounds->count && !director_interrupted() &&
           !robust_settled(rounds->robust);
}

/* ---- the outcome ----------------------------------------------------------------------------- */

/* What follows `--schedule X` on the command line that repeats a performance. */
static void tell_replay(const struct rounds *rounds, struct buf *out)
{
    const struct run_settings *settings = rounds->stage->settings;
    if (settings->has_clock)
        buf_printf(out, "--clock %s ", settings->clock == CLOCK_KIND_REAL ? "real" : "virtual");
    for (size_t i = 0; i < settings->overrides.count; i++) {
        const struct param_override *override = &settings->overrides.items[i];
        auto_free char *set = xasprintf("%s=%s", override->key, override->value);
        buf_add_string(out, "--set ");
        text_add_shell_word(out, set);
        buf_add_char(out, ' ');
    }
    if (settings->operands.command == NULL) {
        text_add_shell_word(out, rounds->scenario->source->path);
        return;
    }
    buf_add_string(out, "--");
    for (char *const *word = settings->operands.command; *word != NULL; word++) {
        buf_add_char(out, ' ');
        text_add_shell_word(out, *word);
    }
}

static int outcome_status(const struct trace_footer *footer)
{
    if (footer->end == RUN_FAILED)
        return EXIT_REFUSED;
    if (footer->end != RUN_COMPLETED)
        return EXIT_FAILS;
    for (size_t i = 0; i < footer->verdict_count; i++)
        if (!footer->verdicts[i].holds)
            return EXIT_FAILS;
    return EXIT_HOLDS;
}

static int report(struct rounds *rounds, bool failed)
{
    const struct report_format *format = rounds->stage->settings->format;
    auto_buf struct buf replay = {0};
    tell_replay(rounds, &replay);
    struct run_outcome outcome = {
        .scenario = rounds->scenario,
        .footer = *robust_footer(rounds->robust),
        .schedules = rounds->performed,
        .ended_under = robust_ended_under(rounds->robust),
        .ending = robust_ending(rounds->robust),
        .replay = replay.data,
    };
    if (failed)
        outcome.footer.end = RUN_FAILED;
    if (outcome.footer.end == RUN_FAILED)
        outcome.error = &rounds->error;
    if (!rounds->report_wrong && format->outcome != NULL &&
        !format->outcome(rounds->stage->report, &outcome))
        rounds->report_wrong = true;
    return rounds->report_wrong ? EXIT_REFUSED : outcome_status(&outcome.footer);
}

int perform_scenario(const struct stage *stage, const struct scenario *scenario)
{
    struct rounds rounds = {
        .stage = stage,
        .scenario = scenario,
        .count = effective_schedules(stage->settings, scenario),
        .robust = robust_new(),
        .trace_fd = -1,
    };
    while (perform_next(&rounds))
        ;
    bool failed = rounds.error.message[0] != '\0';
    failed |= !deliver_trace(&rounds);
    int status = report(&rounds, failed);
    if (rounds.trace_fd >= 0)
        close(rounds.trace_fd);
    moments_free(rounds.moments);
    robust_free(rounds.robust);
    return status;
}
