#include "sandbox/stage.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "director/director.h"
#include "sandbox/guard.h"
#include "sandbox/internal.h"

struct stage {
    const char *top;
    struct place place;
    unsigned processor;
    uint64_t events;
};

static bool open_stage(struct stage *stage, const struct message *message, struct error *error)
{
    struct sandbox_options options = {0};
    if (!request_open_read(message->request, &options, error) ||
        !place_open(&stage->place, stage->top, &options, error))
        return false;
    stage->processor = options.processor;
    stage->events = options.events > 0 ? options.events : 1000000;
    return unpack(message->file, stage->place.built, error);
}

static bool perform(const struct stage *stage, const struct stage_run *run, int trace,
                    struct error *error)
{
    struct trace_writer *writer = trace_writer_new(trace, "the trace");
    struct trace_sink sink = trace_writer_sink(writer);
    struct confinement confinement = {
        .files = 1024, .events = stage->events, .file_size = stage->place.disk};
    if (confinement.file_size < run->scenario->limits.output)
        confinement.file_size = run->scenario->limits.output;
    struct perform_options options = {.clock = run->clock,
                                      .schedule = run->schedule,
                                      .sinks = &sink,
                                      .sink_count = 1,
                                      .live_input = -1,
                                      .processor = stage->processor};
    if (stage->top == NULL) {
        confinement.filter = guard_program(error);
        options.confinement = &confinement;
    }
    struct perform_result result = {0};
    bool performed = (stage->top != NULL || confinement.filter != NULL) &&
                     director_perform(run->scenario, &options, &result, error);
    if (performed) {
        struct trace_footer footer = {.end = result.end,
                                      .duration_us = result.duration_us,
                                      .deterministic = result.deterministic,
                                      .reasons = (const char *const *)result.reasons,
                                      .reason_count = result.reason_count};
        performed = trace_writer_finish(writer, &footer);
    }
    if (trace_writer_error(writer) != NULL)
        *error = *trace_writer_error(writer);
    perform_result_release(&result);
    trace_writer_free(writer);
    return performed;
}

static bool perform_request(struct stage *stage, const struct message *message, struct error *error)
{
    struct stage_run run;
    bool performed = false;
    if (request_perform_read(message->request, stage->place.directory, &run, error) &&
        place_begin(&stage->place, run.command != NULL, error)) {
        performed = perform(stage, &run, message->file, error);
        performed = place_end(&stage->place, run.command != NULL, error) && performed;
    }
    stage_run_release(&run);
    return performed;
}

int stage_serve(int socket, const char *top)
{
    struct stage stage = {.top = top, .place = {.built = -1}};
    struct message message;
    /* What we may is not for what we start: no capability passes an exec from here. */
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    /* Without a sandbox programs may see this process and be of its user: its descriptors, of which
     * one is the trace, and its memory are not theirs (proc(5)). */
    if (top != NULL)
        prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    while (message_receive(socket, &message)) {
        struct reply reply = {0};
        reply.ok = message.kind == REQUEST_OPEN ? open_stage(&stage, &message, &reply.error)
                                                : perform_request(&stage, &message, &reply.error);
        close(message.request);
        close(message.file);
        if (!reply_send(socket, &reply))
            break;
    }
    place_release(&stage.place);
    return errno == 0 ? EXIT_HOLDS : EXIT_REFUSED;
}
