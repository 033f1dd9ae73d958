/*
 * Requests as JSON, written outside and read inside; both directions stand here, so that a member
 * is named in one file only.
 *
 *   open     {"disk", "files", "processor", "events"}
 *   perform  {"document", "path", "text", "params": {…}, "schedule": {…}}   a scenario
 *            {"command": […], "limits": {…}}                                a build
 */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/names.h"
#include "sandbox/internal.h"

/* ---- outside ---- */

static int dump(json_t *request, struct error *error)
{
    int fd = -1;
    char *text = request != NULL ? json_dumps(request, JSON_COMPACT) : NULL;
    if (text == NULL) {
        error_set(error, 0, "cannot put into words what the sandbox shall perform");
        error_remedy(error, "parameters and commands must be valid UTF-8 without NUL");
    } else if ((fd = memory_file("request", text, strlen(text))) < 0) {
        error_set(error, errno, "cannot make a file in memory");
    }
    free(text);
    json_decref(request);
    return fd;
}

int request_open_write(const struct sandbox_options *options, struct error *error)
{
    return dump(json_pack("{sI sI sI sI}", "disk", (json_int_t)options->disk, "files",
                          (json_int_t)options->files, "processor", (json_int_t)options->processor,
                          "events", (json_int_t)options->events),
                error);
}

static json_t *schedule_to_json(const struct schedule_spec *schedule)
{
    json_t *choices = json_array();
    for (size_t i = 0; i < schedule->choice_count; i++)
        json_array_append_new(
            choices, json_pack("[si]", schedule->choices[i].process, (int)schedule->choices[i].of));
    return json_pack("{si sI so}", "policy", (int)schedule->policy, "seed",
                     (json_int_t)schedule->seed, "choices", choices);
}

static json_t *scenario_to_json(const struct sandbox_run *run)
{
    const struct source *source = run->scenario->source;
    const struct schedule_spec *schedule =
        run->schedule != NULL ? run->schedule : &run->scenario->schedule;
    json_t *params = json_object();
    for (size_t i = 0; i < run->override_count; i++)
        if (json_object_set_new(params, run->overrides[i].key,
                                json_string(run->overrides[i].value)) != 0) {
            json_decref(params);
            return NULL;
        }
    /* Only its name: where the course keeps its files is nobody's business inside. */
    const char *slash = strrchr(source->path, '/');
    return json_pack("{sI ss ss% so so}", "document", (json_int_t)run->document, "path",
                     slash != NULL ? slash + 1 : source->path, "text", source->text, source->length,
                     "params", params, "schedule", schedule_to_json(schedule));
}

static json_t *command_to_json(const struct sandbox_run *run)
{
    const struct limits *limits = run->limits != NULL ? run->limits : &limits_default;
    json_t *words = json_array();
    for (size_t i = 0; run->command[i] != NULL; i++)
        if (json_array_append_new(words, json_string(run->command[i])) != 0) {
            json_decref(words);
            return NULL;
        }
    return json_pack("{so s{sI sI sI sI sI sI}}", "command", words, "limits", "time",
                     (json_int_t)limits->time_ns, "wall", (json_int_t)limits->wall_ns, "cpu",
                     (json_int_t)limits->cpu_ns, "processes", (json_int_t)limits->processes,
                     "output", (json_int_t)limits->output, "memory", (json_int_t)limits->memory);
}

int request_perform_write(const struct sandbox_run *run, struct error *error)
{
    return dump(run->command != NULL ? command_to_json(run) : scenario_to_json(run), error);
}

/* ---- inside ---- */

static json_t *load(int fd, struct error *error)
{
    struct stat file;
    json_error_t why;
    if (fstat(fd, &file) != 0 || file.st_size == 0) {
        error_set(error, 0, "the request cannot be read");
        return NULL;
    }
    void *text = mmap(NULL, (size_t)file.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (text == MAP_FAILED) {
        error_set(error, errno, "cannot read the request");
        return NULL;
    }
    json_t *json = json_loadb(text, (size_t)file.st_size, JSON_ALLOW_NUL, &why);
    munmap(text, (size_t)file.st_size);
    if (json == NULL)
        error_set(error, 0, "the request cannot be read: %s", why.text);
    return json;
}

static bool not_understood(struct error *error, const json_error_t *why)
{
    return error_set(error, 0, "the request is not understood: %s", why->text);
}

bool request_open_read(int fd, struct sandbox_options *options, struct error *error)
{
    json_t *json = load(fd, error);
    json_error_t why;
    json_int_t disk, files, processor, events;
    if (json == NULL)
        return false;
    bool understood = json_unpack_ex(json, &why, 0, "{sI sI sI sI}", "disk", &disk, "files", &files,
                                     "processor", &processor, "events", &events) == 0;
    json_decref(json);
    if (!understood)
        return not_understood(error, &why);
    options->disk = (uint64_t)disk;
    options->files = (uint64_t)files;
    options->processor = (unsigned)processor;
    options->events = (uint64_t)events;
    return true;
}

static bool read_schedule(const json_t *json, struct stage_run *run, json_error_t *why)
{
    int policy;
    json_int_t seed;
    json_t *choices;
    if (json_unpack_ex((json_t *)(uintptr_t)json, why, 0, "{si sI so}", "policy", &policy, "seed",
                       &seed, "choices", &choices) != 0)
        return false;
    run->choices = xcalloc(json_array_size(choices) + 1, sizeof *run->choices);
    run->schedule = (struct schedule_spec){.policy = (enum schedule_policy)policy,
                                           .seed = (uint64_t)seed,
                                           .choices = run->choices,
                                           .choice_count = json_array_size(choices)};
    for (size_t i = 0; i < json_array_size(choices); i++) {
        int of;
        if (json_unpack_ex(json_array_get(choices, i), why, 0, "[si]", &run->choices[i].process,
                           &of) != 0)
            return false;
        run->choices[i].of = (unsigned)of;
    }
    return true;
}

static size_t read_overrides(json_t *params, struct stage_run *run)
{
    run->overrides = xcalloc(json_object_size(params) + 1, sizeof *run->overrides);
    size_t count = 0;
    const char *key;
    json_t *value;
    json_object_foreach(params, key, value)
    {
        run->overrides[count++] =
            (struct param_override){.key = key, .value = json_string_value(value)};
    }
    return count;
}

/* It was loaded outside already: a mistake here is ours, or what was sent is not what was loaded.
 */
static bool load_scenario(struct stage_run *run, size_t document, size_t override_count,
                          struct error *error)
{
    struct diags diags;
    diags_init(&diags, &run->source);
    scenario_load(&run->source, run->overrides, override_count, &diags, &run->list);
    bool there = diags.errors == 0 && document < run->list.count;
    if (there)
        run->scenario = run->list.items[document];
    else
        error_set(error, 0, "the scenario cannot be loaded in the sandbox: %s",
                  diags.count > 0 ? diags.items[0].message : "there is no such document");
    diags_release(&diags);
    return there;
}

static bool read_scenario(struct stage_run *run, const char *directory, struct error *error)
{
    json_int_t document;
    const char *path, *text;
    size_t length;
    json_t *params, *schedule;
    json_error_t why;
    if (json_unpack_ex(run->json, &why, 0, "{sI ss ss% so so}", "document", &document, "path",
                       &path, "text", &text, &length, "params", &params, "schedule",
                       &schedule) != 0 ||
        !read_schedule(schedule, run, &why))
        return not_understood(error, &why);
    auto_free char *place = xasprintf("%s/%s", directory, path);
    source_from_text(&run->source, place, text, length);
    size_t override_count = read_overrides(params, run);
    if (!load_scenario(run, (size_t)document, override_count, error))
        return false;
    run->clock = run->scenario->clock;
    return true;
}

static bool read_command(struct stage_run *run, const char *directory, struct error *error)
{
    json_t *words = json_object_get(run->json, "command");
    json_int_t time, wall, cpu, processes, output, memory;
    json_error_t why;
    if (json_unpack_ex(run->json, &why, 0, "{s{sI sI sI sI sI sI}}", "limits", "time", &time,
                       "wall", &wall, "cpu", &cpu, "processes", &processes, "output", &output,
                       "memory", &memory) != 0)
        return not_understood(error, &why);
    size_t count = json_array_size(words);
    char **argv = xcalloc(count + 1, sizeof *argv);
    for (size_t i = 0; i < count; i++)
        argv[i] = (char *)(uintptr_t)json_string_value(json_array_get(words, i));
    run->command = scenario_for_command(argv, directory);
    free(argv);
    run->command->limits =
        (struct limits){time, wall, cpu, (uint64_t)processes, (uint64_t)output, (uint64_t)memory};
    /* Nobody types, and what waits for input shall find its end. */
    run->command->stdio = STDIO_FILE;
    run->scenario = run->command;
    run->clock = CLOCK_KIND_REAL;
    run->schedule = (struct schedule_spec){.policy = SCHEDULE_FREE};
    return true;
}

bool request_perform_read(int fd, const char *directory, struct stage_run *run, struct error *error)
{
    *run = (struct stage_run){0};
    run->json = load(fd, error);
    if (run->json == NULL)
        return false;
    return json_object_get(run->json, "command") != NULL ? read_command(run, directory, error)
                                                         : read_scenario(run, directory, error);
}

void stage_run_release(struct stage_run *run)
{
    scenario_list_release(&run->list);
    scenario_free(run->command);
    source_release(&run->source);
    free(run->choices);
    free(run->overrides);
    json_decref(run->json);
    *run = (struct stage_run){0};
}
