#include "commands/grade_settings.h"

#include <sched.h>
#include <string.h>
#include <sys/stat.h>

#include "base/units.h"
#include "scaffold/scaffold.h"

/* The options as they were given. */
struct given {
    const char *submissions, *submission, *results, *output, *format, *html, *merge_into, *column,
        *match, *late, *jobs, *shard, *scaffold;
    struct option_list only;
    bool resume, unsafe, pictures, quiet;
};

static const char *const format_words[] = {"table", "json",     "gradescope", "junit",     "tap",
                                           "csv",   "markdown", "github",     "classroom", NULL};

const struct option_spec grade_options[] = {
    {0, "submissions", "DIR", OPTION_TEXT, offsetof(struct given, submissions),
     "grade everything in DIR: each folder, archive or file is a submission", NULL},
    {0, "submission", "ONE", OPTION_TEXT, offsetof(struct given, submission),
     "grade this one: a folder, an archive or a file", NULL},
    {0, "only", "ID", OPTION_LIST, offsetof(struct given, only),
     "of the submissions, grade this one alone; may be repeated", NULL},
    {'o', "results", "DIR", OPTION_TEXT, offsetof(struct given, results),
     "keep the results in DIR, a file a submission, as they come", NULL},
    {'f', "format", "FORMAT", OPTION_CHOICE, offsetof(struct given, format),
     "form of the grades that are told in the end", format_words},
    {0, "output", "FILE", OPTION_TEXT, offsetof(struct given, output),
     "write them to FILE instead of standard output", NULL},
    {0, "html", "DIR", OPTION_TEXT, offsetof(struct given, html),
     "write pages into DIR: one a submission, and an overview of all (index.html)", NULL},
    {0, "merge-into", "FILE", OPTION_TEXT, offsetof(struct given, merge_into),
     "with --format csv: fill the grades into this gradebook, which Canvas or Moodle exported",
     NULL},
    {0, "column", "HEADING", OPTION_TEXT, offsetof(struct given, column),
     "with --merge-into: the column that gets the grades; the assignment's title otherwise", NULL},
    {0, "match", "HEADING", OPTION_TEXT, offsetof(struct given, match),
     "with --merge-into: the column that names students as submissions do", NULL},
    {'j', "jobs", "N", OPTION_TEXT, offsetof(struct given, jobs),
     "grade so many side by side; as many as there are processors unless given", NULL},
    {0, "resume", NULL, OPTION_FLAG, offsetof(struct given, resume),
     "leave results that still hold as they are", NULL},
    {0, "shard", "I/N", OPTION_TEXT, offsetof(struct given, shard),
     "grade the I-th of N parts of the submissions", NULL},
    {0, "late", "FILE", OPTION_TEXT, offsetof(struct given, late),
     "who handed in how late: a YAML mapping, or Gradescope's metadata", NULL},
    {0, "pictures", NULL, OPTION_FLAG, offsetof(struct given, pictures),
     "draw timelines of scenarios that lost points, beside the results", NULL},
    {0, "unsafe-no-sandbox", NULL, OPTION_FLAG, offsetof(struct given, unsafe),
     "perform submissions with your own rights; the results say so", NULL},
    {0, "scaffold", "SYSTEM", OPTION_CHOICE, offsetof(struct given, scaffold),
     "write a folder that makes Gradescope or GitHub grade by the assignment", scaffold_words},
    {'q', "quiet", NULL, OPTION_FLAG, offsetof(struct given, quiet), "show no progress", NULL},
    {.name = NULL},
};

/* As many as this process may use. */
static unsigned processors(void)
{
    cpu_set_t allowed;
    int count = sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed) : 1;
    return count < 1 ? 1 : count > MOST_WORKERS ? MOST_WORKERS : (unsigned)count;
}

static bool wrong(int *status, int usage)
{
    *status = usage;
    return false;
}

static bool read_jobs(struct grade_settings *settings, const char *text, int *status)
{
    int64_t number;
    const char *why;
    settings->workers = processors();
    if (text == NULL)
        return true;
    if (!integer_parse(text, 1, MOST_WORKERS, &number, &why))
        return wrong(status,
                     usage_error(&command_grade, "--jobs takes a number from 1 to %d, not '%s'",
                                 MOST_WORKERS, text));
    settings->workers = (unsigned)number;
    return true;
}

static bool read_shard(struct grade_settings *settings, const char *text, int *status)
{
    int64_t shard, shards;
    const char *why, *slash = text != NULL ? strchr(text, '/') : NULL;
    settings->shard = settings->shards = 1;
    if (text == NULL)
        return true;
    auto_free char *first = xstrndup(text, slash != NULL ? (size_t)(slash - text) : strlen(text));
    if (slash == NULL || !integer_parse(slash + 1, 1, MOST_SHARDS, &shards, &why) ||
        !integer_parse(first, 1, shards, &shard, &why))
        return wrong(status,
                     usage_error(&command_grade,
                                 "--shard takes a part and how many there are, as in 1/4, not '%s'",
                                 text));
    settings->shard = (unsigned)shard;
    settings->shards = (unsigned)shards;
    return true;
}

/* ---- what goes with what --------------------------------------------------------------------- */

static bool check_format(struct grade_settings *settings, const struct given *given, int *status)
{
    bool csv = given->format != NULL && strcmp(given->format, "csv") == 0;
    const char *alone = given->merge_into != NULL ? "merge-into"
                        : given->column != NULL   ? "column"
                        : given->match != NULL    ? "match"
                                                  : NULL;
    settings->format = gradebook_format_find(given->format != NULL ? given->format : "table");
    if (alone != NULL && !csv)
        return wrong(status, usage_error(&command_grade, "--%s goes with --format csv", alone));
    if (alone != NULL && given->merge_into == NULL)
        return wrong(status, usage_error(&command_grade, "--%s goes with --merge-into", alone));
    return true;
}

/* The first option given that is about grading; NULL: none. `merging`: but for those that say how
 * the results are told, too. */
static const char *option_of_grading(const struct given *given, bool merging)
{
    const struct {
        const char *name;
        bool given, of_results;
    } options[] = {
        {"submissions", given->submissions != NULL, false},
        {"submission", given->submission != NULL, false},
        {"results", given->results != NULL, true},
        {"format", given->format != NULL, true},
        {"output", given->output != NULL, true},
        {"html", given->html != NULL, true},
        {"jobs", given->jobs != NULL, false},
        {"resume", given->resume, false},
        {"shard", given->shard != NULL, false},
        {"late", given->late != NULL, false},
        {"pictures", given->pictures, false},
        {"unsafe-no-sandbox", given->unsafe, false},
        {"only", given->only.count > 0, true},
    };
    for (size_t i = 0; i < ARRAY_SIZE(options); i++)
        if (options[i].given && !(merging && options[i].of_results))
            return options[i].name;
    return NULL;
}

static bool check_merge(struct grade_settings *settings, const struct given *given, int *status)
{
    const char *option = option_of_grading(given, true);
    if (option != NULL)
        return wrong(status, usage_error(&command_grade,
                                         "--%s is about grading, not about results that are "
                                         "merged",
                                         option));
    if (settings->operands.count < 1)
        return wrong(status, usage_error(&command_grade, "no folder of results is given"));
    return true;
}

static bool check_grading(struct grade_settings *settings, const struct given *given, int *status)
{
    const struct operands *operands = &settings->operands;
    if (operands->count == 0)
        return wrong(status, usage_error(&command_grade, "no assignment is given"));
    if (operands->count > 1)
        return wrong(status, usage_error(&command_grade,
                                         "one assignment is graded at a time, "
                                         "not '%s' as well",
                                         operands->items[1]));
    settings->assignment = operands->items[0];
    if ((given->submissions == NULL) == (given->submission == NULL))
        return wrong(
            status, usage_error(&command_grade, given->submission == NULL
                                                    ? "what is to be graded? give --submissions "
                                                      "DIR or --submission ONE"
                                                    : "--submissions and --submission exclude each "
                                                      "other"));
    const char *of_many = given->only.count > 0 ? "only" : given->shard != NULL ? "shard" : NULL;
    if (given->submission != NULL && of_many != NULL)
        return wrong(status, usage_error(&command_grade, "--%s goes with --submissions", of_many));
    const char *kept = given->resume ? "resume" : given->pictures ? "pictures" : NULL;
    if (kept != NULL && given->results == NULL)
        return wrong(status, usage_error(&command_grade, "--%s goes with --results DIR", kept));
    if (settings->format->single && given->submission == NULL)
        return wrong(status, usage_error(&command_grade,
                                         "--format %s is about one submission: give --submission",
                                         settings->format->name));
    return true;
}

/* Options of grading say nothing here. */
static bool check_scaffold(struct grade_settings *settings, const struct given *given, int *status)
{
    const char *option = option_of_grading(given, false);
    if (option != NULL)
        return wrong(status,
                     usage_error(&command_grade,
                                 "--%s is about grading, and --scaffold grades nothing", option));
    const struct operands *operands = &settings->operands;
    struct stat file;
    const char *last = operands->count > 0 ? operands->items[operands->count - 1] : NULL;
    if (last == NULL || operands->count > 2 || (stat(last, &file) == 0 && S_ISREG(file.st_mode)))
        return wrong(status, usage_error(&command_grade,
                                         "--scaffold takes an assignment and the folder to be "
                                         "written, as in: grade lab.yaml --scaffold %s DIR",
                                         given->scaffold));
    settings->scaffold = given->scaffold;
    settings->scaffold_folder = last;
    settings->assignment = operands->count == 2 ? operands->items[0] : NULL;
    return true;
}

static bool check(struct grade_settings *settings, const struct given *given, int *status)
{
    struct operands *operands = &settings->operands;
    if (!check_format(settings, given, status))
        return false;
    if (given->scaffold != NULL)
        return check_scaffold(settings, given, status);
    if (operands->count == 0 || strcmp(operands->items[0], "merge") != 0)
        return check_grading(settings, given, status);
    operands->items++;
    operands->count--;
    return check_merge(settings, given, status);
}

bool grade_settings_read(struct grade_settings *settings, int argc, char **argv, int *status)
{
    struct given given = {0};
    *settings = (struct grade_settings){0};
    bool fine = options_parse(&command_grade, argc, argv, &given, &settings->operands, status);
    settings->submissions = given.submissions;
    settings->submission = given.submission;
    settings->results = given.results;
    settings->output = given.output;
    settings->html = given.html;
    settings->merge_into = given.merge_into;
    settings->column = given.column;
    settings->match = given.match;
    settings->late = given.late;
    settings->only = given.only;
    settings->resume = given.resume;
    settings->unsafe = given.unsafe;
    settings->pictures = given.pictures;
    settings->quiet = given.quiet;
    fine = fine && read_jobs(settings, given.jobs, status) &&
           read_shard(settings, given.shard, status) && check(settings, &given, status);
    if (!fine)
        grade_settings_release(settings);
    return fine;
}

void grade_settings_release(struct grade_settings *settings)
{
    option_list_release(&settings->only);
}
