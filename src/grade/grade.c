/* From a submission to its result. */
#include "grade/grade.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/names.h"
#include "base/output.h"
#include "base/text.h"
#include "draw/draw.h"
#include "grade/internal.h"
#include "sandbox/intake.h"

#ifndef PROCENARIO_VERSION
#define PROCENARIO_VERSION "unknown"
#endif

#define MOST_BUILD_OUTPUT (16u << 10) /* of what a build writes; its beginning says most */

struct grader {
    const struct grading *grading;
    const struct assignment *assignment;
    struct result *result;
    struct arena *arena; /* of the result */
    struct sandbox *sandbox;
    int trace_fd;
    bool interrupted;
};

/* ---- before anything is performed ------------------------------------------------------------ */

static const char *command_line(struct arena *arena, const char *const *command)
{
    if (command == NULL)
        return NULL;
    auto_buf struct buf line = {0};
    for (size_t i = 0; command[i] != NULL; i++) {
        buf_add_string(&line, i > 0 ? " " : "");
        add_shell_word(&line, command[i]);
    }
    return keep_visible(arena, line.data);
}

static void plan_check(const struct assigned *assigned, size_t i, struct arena *arena,
                       struct check_result *check)
{
    const struct expectation *expectation = &assigned->scenario->expectations[i];
    check->hidden = assigned->hidden || expectation->hidden;
    check->wording = expectation->about == ABOUT_WORDING;
    if (!check->hidden)
        check->name = keep_visible(arena, expectation->name);
}

static void plan_scenario(const struct assigned *assigned, struct arena *arena,
                          struct scenario_result *scenario)
{
    *scenario = (struct scenario_result){
        .bonus = assigned->bonus,
        .hidden = assigned->hidden,
        .rule = assigned->rule,
        .schedules = assigned->schedules,
        .check_count = assigned->scenario->expectation_count,
    };
    if (!assigned->hidden) {
        scenario->title = keep_visible(arena, assigned->scenario->title);
        scenario->file = keep_visible(arena, assigned->file);
    }
    scenario->checks = arena_alloc(arena, (scenario->check_count + 1) * sizeof *scenario->checks);
    for (size_t i = 0; i < scenario->check_count; i++)
        plan_check(assigned, i, arena, &scenario->checks[i]);
    points_plan(assigned, scenario);
}

/* What there will be, with no points yet. */
static struct result *plan(const struct grading *grading, const char *id)
{
    const struct assignment *assignment = grading->assignment;
    struct result *result = result_new();
    struct arena *arena = &result->arena;
    result->version = PROCENARIO_VERSION;
    result->assignment = keep_visible(arena, assignment->title);
    result->assignment_digest = arena_strdup(arena, assignment->digest);
    result->id = arena_strdup(arena, id);
    result->sandbox = !grading->unsafe;
    result->pictures = grading->pictures != NULL;
    result->build.command = command_line(arena, assignment->build);
    result->has_cap = assignment->has_cap;
    result->cap = assignment->cap;
    result->late_ns = late_of(grading->late, id);
    result->scenario_count = assignment->scenario_count;
    result->scenarios =
        arena_alloc(arena, (result->scenario_count + 1) * sizeof *result->scenarios);
    for (size_t i = 0; i < result->scenario_count; i++)
        plan_scenario(&assignment->scenarios[i], arena, &result->scenarios[i]);
    result_sum(result, &assignment->late);
    return result;
}

static void report_progress(struct grader *g)
{
    result_sum(g->result, &g->assignment->late);
    if (g->grading->progress != NULL)
        g->grading->progress(g->grading->self, g->result);
}

static void skip_the_rest(struct result *result)
{
    for (size_t i = 0; i < result->scenario_count; i++)
        if (result->scenarios[i].outcome == OUTCOME_WAITING)
            result->scenarios[i].outcome = OUTCOME_SKIPPED;
}

/* Or was it ended? */
static void fail(struct grader *g, const struct error *error)
{
    g->interrupted = g->grading->interrupted != NULL && *g->grading->interrupted;
    auto_buf struct buf why = {0};
    buf_add_string(&why, error->message);
    if (error->remedy[0] != '\0')
        buf_printf(&why, " (%s)", error->remedy);
    g->result->failed = keep_visible(g->arena, why.data);
    skip_the_rest(g->result);
}

struct result *grade_failed(const struct grading *grading, const char *id, const char *why)
{
    struct result *result = plan(grading, id);
    result->failed = keep_visible(&result->arena, why);
    skip_the_rest(result);
    return result;
}

/* ---- taking in ------------------------------------------------------------------------------- */

static void keep_texts(struct arena *arena, struct texts *texts, char *const *items, size_t count)
{
    texts_init(texts, arena, count);
    for (size_t i = 0; i < count; i++)
        texts_add(texts, arena, keep_visible(arena, items[i]));
}

static bool take_in(struct grader *g, const char *path, struct intake *intake, struct error *error)
{
    const struct assignment *a = g->assignment;
    struct intake_options options = {
        .wanted = a->files,
        .wanted_count = a->file_count,
        .given_directory = a->directory,
        .given = a->given,
        .given_count = a->given_count,
        .max_bytes = a->disk,
        .max_files = a->inodes,
    };
    if (!intake_take(intake, path, &options, error)) {
        if (!intake->unreadable)
            error_wrap(error, "the submission cannot be read");
        return false;
    }
    g->result->digest = arena_strdup(g->arena, intake->digest);
    keep_texts(g->arena, &g->result->notes, intake->notes, intake->note_count);
    keep_texts(g->arena, &g->result->missing, intake->missing, intake->missing_count);
    return true;
}

/* That is the submission's own failure, and a grade. */
static void leave_out_all(struct grader *g, const struct error *error)
{
    const struct assignment *a = g->assignment;
    auto_buf struct buf why = {0};
    buf_printf(&why, "everything: %s", error->message);
    if (error->remedy[0] != '\0')
        buf_printf(&why, " (%s)", error->remedy);
    texts_init(&g->result->notes, g->arena, 1);
    texts_add(&g->result->notes, g->arena, keep_visible(g->arena, why.data));
    texts_init(&g->result->missing, g->arena, a->file_count + 1);
    for (size_t i = 0; i < a->file_count; i++)
        texts_add(&g->result->missing, g->arena, a->files[i]);
    if (a->file_count == 0)
        texts_add(&g->result->missing, g->arena, "files that can be read");
    skip_the_rest(g->result);
}

static bool same_text(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* Everything that decides about the result is as it was. */
static bool still_holds(const struct result *before, const struct result *now)
{
    return before != NULL && before->failed == NULL && same_text(before->version, now->version) &&
           same_text(before->assignment_digest, now->assignment_digest) &&
           same_text(before->id, now->id) && same_text(before->digest, now->digest) &&
           before->sandbox == now->sandbox && before->pictures == now->pictures &&
           before->late_ns == now->late_ns;
}

/* ---- building -------------------------------------------------------------------------------- */

struct build_view {
    const struct limits *limits;
    struct buf output;
    struct buf ended;
    bool cut, ok;
    char name[256]; /* of the command's own process */
};

static bool build_event(void *self, const struct event *event)
{
    struct build_view *view = self;
    if (event->kind == EVENT_START)
        snprintf(view->name, sizeof view->name, "%s", event->process);
    if (event->kind == EVENT_OUTPUT) {
        size_t room = MOST_BUILD_OUTPUT - view->output.length;
        view->cut |= event->text_length > room;
        buf_add(&view->output, event->text, event->text_length < room ? event->text_length : room);
    } else if (event->kind == EVENT_EXIT && strcmp(event->process, view->name) == 0) {
        buf_clear(&view->ended);
        fate_describe_in(LANGUAGE_EN, event, &view->ended);
        view->ok = event->has_status && event->status == 0;
    } else if (event->kind == EVENT_LIMIT) {
        view->ok = false;
        buf_clear(&view->ended);
        tell_limit(event, view->limits, &view->ended);
    }
    return true;
}

static void keep_build(struct grader *g, const struct build_view *view,
                       const struct trace_footer *footer)
{
    struct build_result *build = &g->result->build;
    build->done = true;
    build->ok = view->ok && footer->end == RUN_COMPLETED;
    build->ended = keep_visible(g->arena, view->ended.length > 0 ? view->ended.data
                                                                 : run_end_words[footer->end]);
    if (view->output.length == 0)
        return;
    auto_buf struct buf output = {0};
    buf_add(&output, view->output.data, view->output.length);
    if (view->cut)
        buf_add_string(&output, "\n[the rest is left out]\n");
    build->output = keep_printable(g->arena, output.data, output.length);
}

static bool build(struct grader *g, struct error *error)
{
    struct sandbox_run what = {.command = g->assignment->build,
                               .limits = &g->assignment->build_limits};
    struct build_view view = {.limits = &g->assignment->build_limits};
    struct trace_sink sink = {.event = build_event, .self = &view};
    if (!sandbox_perform(g->sandbox, &what, g->trace_fd, error))
        return error_wrap(error, "cannot build");
    lseek(g->trace_fd, 0, SEEK_SET);
    struct trace_reader *reader =
        trace_reader_take(dup(g->trace_fd), "the trace of the build", NULL, 0);
    bool fine = trace_reader_run(reader, sink, error);
    const struct trace_footer *footer = fine ? trace_reader_footer(reader) : NULL;
    if (fine && footer->end == RUN_INTERRUPTED)
        g->interrupted = true;
    else if (fine && footer->end == RUN_FAILED)
        fine = error_set(error, 0, "cannot build: the host refused");
    else if (fine)
        keep_build(g, &view, footer);
    trace_reader_free(reader);
    buf_release(&view.output);
    buf_release(&view.ended);
    return fine;
}

/* ---- a scenario under its schedules ---------------------------------------------------------- */

struct performing {
    struct grader *g;
    const struct assigned *assigned;
    struct scenario_result *scenario;
    size_t number;     /* which scenario of the assignment, from 0 */
    bool complete;     /* all runs so far have ended by themselves */
    bool limited;      /* a limit had to end one */
    bool shown;        /* a picture is drawn already */
    char schedule[64]; /* of the present run */
    bool named;        /* it must be said which, and --schedule understands it */
};

static const char *kept_replay(struct performing *p)
{
    auto_buf struct buf replay = {0};
    tell_replay(p->assigned, p->named ? p->schedule : NULL, &replay);
    return keep_visible(p->g->arena, replay.data);
}

/* Is the evidence a moment at which it went wrong? Of what is written nowhere, it is the last that
 * was written, and of a number of forks, all of them. */
static bool has_moment(const struct expectation *expectation)
{
    if (expectation->kind == EXPECT_OUTPUT)
        return expectation->output.form != OUTPUT_CONTAINS &&
               expectation->output.form != OUTPUT_MATCHES;
    return expectation->kind != EXPECT_FORKS;
}

/* The first time that an expectation does not hold. */
static void break_check(struct performing *p, size_t i, const struct seen_run *run)
{
    struct check_result *check = &p->scenario->checks[i];
    const struct verdict *verdict = &run->footer.verdicts[i];
    struct arena *arena = p->g->arena;
    check->holds = false;
    if (check->hidden)
        return;
    check->expected = verdict->expected != NULL ? keep_visible(arena, verdict->expected) : NULL;
    check->seen = verdict->seen != NULL ? keep_visible(arena, verdict->seen) : NULL;
    check->hint = verdict->hint != NULL ? keep_visible(arena, verdict->hint) : NULL;
    check->schedule = arena_strdup(arena, p->schedule);
    check->replay = kept_replay(p);
    auto_buf struct buf moment = {0};
    if (run->history != NULL && has_moment(&p->assigned->scenario->expectations[i]))
        tell_evidence(run->history, verdict, &moment);
    if (moment.length > 0)
        check->moment = keep_visible(arena, moment.data);
}

/* What is told of the scenario as a whole: of its first run, or the first that did not complete. */
static void keep_ending(struct performing *p, const struct seen_run *run)
{
    struct scenario_result *scenario = p->scenario;
    struct arena *arena = p->g->arena;
    scenario->end = run->footer.end;
    scenario->schedule = arena_strdup(arena, p->schedule);
    scenario->duration_us = run->footer.duration_us;
    if (run->footer.end == RUN_COMPLETED)
        return;
    scenario->ended = run->ended != NULL ? keep_visible(arena, run->ended) : NULL;
    scenario->replay = kept_replay(p);
    if (run->history != NULL)
        tell_waiting(run->history, arena, &scenario->waiting);
}

static void keep_reasons(struct performing *p, const struct seen_run *run)
{
    struct scenario_result *scenario = p->scenario;
    if (run->footer.deterministic || !scenario->deterministic)
        return;
    scenario->deterministic = false;
    texts_init(&scenario->reasons, p->g->arena, run->footer.reason_count);
    for (size_t i = 0; i < run->footer.reason_count; i++)
        texts_add(&scenario->reasons, p->g->arena,
                  keep_visible(p->g->arena, run->footer.reasons[i]));
}

/* The timeline of the run that cost points, beside the result. */
static bool draw_picture(struct performing *p, const struct seen_run *run, struct error *error)
{
    const struct grading *grading = p->g->grading;
    if (grading->pictures == NULL || p->shown || p->scenario->hidden || run->history == NULL)
        return true;
    auto_free char *file = result_file_name(p->g->result->id);
    file[strlen(file) - strlen(".json")] = '\0';
    auto_free char *name = xasprintf("%s.%zu.svg", file, p->number + 1);
    auto_free char *path = xasprintf("%s/%s", grading->pictures, name);
    struct draw_options options = {.kind = DRAW_TIMELINE, .format = DRAW_SVG};
    struct output output;
    if (!output_open(&output, path, error))
        return false;
    draw(run->history, &options, output.stream);
    if (!output_commit(&output, error))
        return false;
    p->scenario->picture = arena_strdup(p->g->arena, name);
    p->shown = true;
    return true;
}

static bool take_run(struct performing *p, const struct seen_run *run, struct error *error)
{
    struct scenario_result *scenario = p->scenario;
    bool broken = run->footer.end != RUN_COMPLETED;
    if (scenario->tried++ == 0 || (p->complete && broken))
        keep_ending(p, run);
    p->complete = p->complete && !broken;
    p->limited = p->limited || run->footer.end == RUN_LIMIT;
    if (scenario->crashes.count == 0 && run->history != NULL)
        tell_crashes(run->history, p->assigned->scenario, p->g->arena, &scenario->crashes);
    keep_reasons(p, run);
    for (size_t i = 0; i < scenario->check_count && i < run->footer.verdict_count; i++) {
        if (run->footer.verdicts[i].holds)
            continue;
        broken = broken || !scenario->checks[i].hidden;
        if (scenario->checks[i].holds)
            break_check(p, i, run);
    }
    return !broken || draw_picture(p, run, error);
}

/* Is there nothing left that another schedule could tell? A run that a limit had to end takes long,
 * and so would the others. */
static bool is_settled(const struct performing *p)
{
    const struct scenario_result *scenario = p->scenario;
    if (p->limited)
        return true;
    bool any_holds = false;
    for (size_t i = 0; i < scenario->check_count; i++)
        any_holds = any_holds || scenario->checks[i].holds;
    return !any_holds && (scenario->check_count > 0 || !p->complete);
}

static bool perform_once(struct performing *p, unsigned n, struct error *error)
{
    struct schedule_spec schedule = scenario_schedule(p->assigned->scenario, n);
    struct sandbox_run what = {
        .scenario = p->assigned->scenario,
        .overrides = p->assigned->overrides,
        .override_count = p->assigned->override_count,
        .document = p->assigned->document,
        .schedule = n > 0 ? &schedule : NULL,
    };
    auto_buf struct buf word = {0};
    schedule_tell(&schedule, &word);
    snprintf(p->schedule, sizeof p->schedule, "%s", word.data);
    p->named =
        n > 0 || (p->assigned->scenario->schedules > 1 && schedule.policy != SCHEDULE_CHOICES);
    struct seen_run run;
    bool fine = run_see(&run, p->g->sandbox, &what, p->g->trace_fd, error);
    if (fine && run.footer.end == RUN_FAILED)
        fine = error_set(error, 0, "the host refused in the middle of a run");
    else if (fine && run.footer.end == RUN_INTERRUPTED)
        p->g->interrupted = true;
    else if (fine)
        fine = take_run(p, &run, error);
    run_release(&run);
    return fine;
}

static bool perform_scenario(struct grader *g, size_t i, struct error *error)
{
    const struct assigned *assigned = &g->assignment->scenarios[i];
    struct scenario_result *scenario = &g->result->scenarios[i];
    struct performing p = {
        .g = g, .assigned = assigned, .scenario = scenario, .number = i, .complete = true};
    scenario->deterministic = true;
    for (size_t k = 0; k < scenario->check_count; k++)
        scenario->checks[k].holds = true;
    bool fine = true;
    for (unsigned n = 0; n < assigned->schedules && fine && !g->interrupted; n++) {
        if (n > 0 && is_settled(&p))
            break;
        fine = perform_once(&p, n, error);
    }
    if (!fine) {
        for (size_t k = 0; k < scenario->check_count; k++)
            scenario->checks[k].holds = false;
        return error_wrap(error, "cannot perform '%s'", assigned->scenario->title);
    }
    scenario->outcome = OUTCOME_PERFORMED;
    points_give(assigned, scenario, p.complete);
    if (scenario->points >= scenario->max && p.complete)
        scenario->crashes.count = 0; /* they were no mistakes, then */
    return true;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static bool perform_all(struct grader *g, struct error *error)
{
    if (g->assignment->build != NULL) {
        if (!build(g, error))
            return false;
        if (g->interrupted)
            return true;
        report_progress(g);
        if (!g->result->build.ok) {
            skip_the_rest(g->result);
            return true;
        }
    }
    for (size_t i = 0; i < g->assignment->scenario_count && !g->interrupted; i++) {
        if (!perform_scenario(g, i, error))
            return false;
        report_progress(g);
    }
    return true;
}

static void grade_files(struct grader *g, const struct intake *intake, struct error *error)
{
    struct sandbox_options options = {
        .unsafe = g->grading->unsafe,
        .disk = g->assignment->disk,
        .files = g->assignment->inodes,
        .processor = g->grading->processor,
        .interrupted = g->grading->interrupted,
    };
    report_progress(g);
    g->trace_fd = memfd_create("trace", MFD_CLOEXEC);
    if (g->trace_fd < 0) {
        error_set(error, errno, "cannot keep a trace");
        fail(g, error);
        return;
    }
    g->sandbox = sandbox_open(&options, intake->fd, error);
    if (g->sandbox == NULL || !perform_all(g, error))
        fail(g, error);
    sandbox_close(g->sandbox);
    close(g->trace_fd);
}

struct result *grade_submission(const struct grading *grading, const char *id, const char *path,
                                struct result *before)
{
    struct error error = {0};
    struct intake intake;
    struct result *result = plan(grading, id);
    struct grader g = {.grading = grading,
                       .assignment = grading->assignment,
                       .result = result,
                       .arena = &result->arena};
    bool taken = take_in(&g, path, &intake, &error);
    if (!taken && intake.unreadable) {
        leave_out_all(&g, &error);
    } else if (!taken) {
        fail(&g, &error);
    } else if (still_holds(before, result)) {
        intake_release(&intake);
        result_free(result);
        return before;
    } else {
        grade_files(&g, &intake, &error);
        intake_release(&intake);
    }
    if (!g.interrupted) {
        report_progress(&g);
        return result;
    }
    result_free(result);
    return NULL;
}
