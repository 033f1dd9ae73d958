/*
 * What an assignment is, once loaded: which scenarios with what weights, what is handed in, how it
 * is built, and what late work loses. It knows nothing of runs; docs/grading.md describes the file.
 */
#ifndef PROCENARIO_ASSIGNMENT_ASSIGNMENT_H
#define PROCENARIO_ASSIGNMENT_ASSIGNMENT_H

#include "scenario/scenario.h"

/* How the points of a scenario come about. */
enum score_rule {
    RULE_EXPECTATIONS, /* each expectation has its own; scaled to the scenario's `points` when given
                        */
    RULE_ALL,          /* all of `points` when every expectation holds, else none */
};
extern const char *const score_rule_words[]; /* NULL-terminated, in the order of the enum */

/* One scenario: a document of a file that an entry of `scenarios` names. */
struct assigned {
    const struct scenario *scenario;
    size_t document;                        /* which of the file's, from 0 */
    size_t document_count;                  /* how many the file has */
    const char *file;                       /* as the assignment names it, from its folder */
    const struct param_override *overrides; /* `set` */
    size_t override_count;
    bool has_points;
    double points; /* what the scenario is worth; without it, its expectations say */
    enum score_rule rule;
    unsigned schedules; /* under how many it is performed, 1 or more */
    bool bonus;
    bool hidden;
};

/* What late work loses. */
struct late_rule {
    bool given;     /* there is such a rule */
    int64_t per_ns; /* for each such time that has begun */
    double minus;   /* points, or percent of those that were reached */
    bool percent;
    bool bounded;
    double at_most; /* in the same measure */
};

struct assignment {
    struct arena arena;
    struct source source;
    const char *title;        /* never NULL: the file's base name when not given */
    const char *description;  /* or NULL */
    const char *directory;    /* where the file is */
    const char *const *files; /* patterns of what is handed in; none: everything */
    size_t file_count;
    const char *const *given; /* the course's own files, from the folder of the assignment */
    size_t given_count;
    const char *const *build; /* a command, NULL-terminated; NULL: nothing is built */
    struct limits build_limits;
    const struct assigned *scenarios; /* in order, those of a file with several one by one */
    size_t scenario_count;
    bool has_cap;
    double cap; /* the most that can be had, bonus included */
    struct late_rule late;
    uint64_t disk;   /* bytes that a submission's folder, and its /tmp, may hold */
    uint64_t inodes; /* files and folders, likewise */
    char digest[65]; /* SHA-256 of all that decides about points: this file, the scenarios, `given`
                      */
    struct assignment_file **parts; /* what the entries were loaded from; owned */
    size_t part_count;
};

/*
 * Loads an assignment with its scenarios. NULL: it has mistakes, or cannot be read; all of them,
 * those of the scenarios too, are appended to `told`, in words for the terminal. Warnings are told
 * as well.
 */
struct assignment *assignment_load(const char *path, bool color, struct buf *told);
void assignment_free(struct assignment *assignment);

/* A file that begins with the key `assignment`, and so is none of scenarios. */
bool assignment_begins(const struct source *source);
/* The same of the file at `path`; false when it cannot be read. */
bool assignment_is_file(const char *path);

/* What is lost for being so late, of `points` that were reached: from 0 to `points`. */
double late_loss(const struct late_rule *rule, int64_t late_ns, double points);
/* How many times the rule applies. */
int64_t late_units(const struct late_rule *rule, int64_t late_ns);

/* Who is how late: from the file of --late. */
struct late_list {
    struct late_entry {
        char *id; /* of the submission; NULL: whichever it is */
        int64_t late_ns;
    } * items;
    size_t count;
};
/*
 * Reads a YAML mapping from submissions to how late they are (`alice: 26h`), or the metadata that
 * Gradescope lays beside a submission (`created_at` and the assignment's `due_date`). False: what
 * is wrong was appended to `told`.
 */
bool late_read(struct late_list *list, const char *path, bool color, struct buf *told);
/* 0: punctual. */
int64_t late_of(const struct late_list *list, const char *id);
void late_list_release(struct late_list *list);

#endif
