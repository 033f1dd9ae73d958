/* The table of report formats, and the words that several of them use. */
#include "report/report.h"

#include <string.h>

#include "report/internal.h"
#include "trace/moments.h"

const struct report_format *const report_formats[] = {&report_text, &report_json, &report_tap,
                                                      &report_junit, NULL};

const struct report_format *report_format_find(const char *name)
{
    for (size_t i = 0; report_formats[i] != NULL; i++)
        if (strcmp(report_formats[i]->name, name) == 0)
            return report_formats[i];
    return NULL;
}

const char *ending_in_words(enum run_end end)
{
    static const char *const words[] = {
        [RUN_COMPLETED] = "every process has ended",
        [RUN_LIMIT] = "cut off by a limit",
        [RUN_DEADLOCK] = "deadlock: nobody could ever go on",
        [RUN_INTERRUPTED] = "interrupted",
        [RUN_DIVERGED] = "the run differs from the one it repeats",
        [RUN_FAILED] = "could not be performed",
    };
    return words[end];
}

void ending_note(struct buf *ending, const struct event *event)
{
    if (!event_ends_run(event))
        return;
    buf_clear(ending);
    event_describe(event, ending);
}

void ending_tell(const struct buf *ending, const struct run_outcome *outcome, struct buf *out)
{
    if (outcome->error != NULL)
        buf_printf(out, "%s: %s", ending_in_words(RUN_FAILED), outcome->error->message);
    else if (outcome->ended_under != NULL && outcome->ending != NULL)
        buf_add_string(out, outcome->ending);
    else if (outcome->ended_under == NULL && ending->length > 0)
        buf_add(out, ending->data, ending->length);
    else
        buf_add_string(out, ending_in_words(outcome->footer.end));
}

void replay_tell(const struct run_outcome *outcome, const char *schedule, struct buf *out)
{
    buf_printf(out, "procenario run --schedule %s %s", schedule, outcome->replay);
}

size_t verdicts_holding(const struct trace_footer *footer)
{
    size_t holding = 0;
    for (size_t i = 0; i < footer->verdict_count; i++)
        holding += footer->verdicts[i].holds;
    return holding;
}

bool report_write(FILE *out, const struct buf *text)
{
    return text->length == 0 || fwrite(text->data, 1, text->length, out) == text->length;
}
