/*
 * What the blocks of a document ask for: which run, in which view, or which file.
 */
#ifndef PROCENARIO_COMMANDS_DOCS_BLOCKS_H
#define PROCENARIO_COMMANDS_DOCS_BLOCKS_H

#include "commands/docs_runs.h"
#include "commands/views.h"
#include "document/document.h"

struct block {
    const struct passage *passage;
    /* a view of a run … */
    struct shown_run *run; /* NULL: it shows no run */
    enum view view;
    enum form form;
    enum language language;
    enum run_end ends; /* how the run shall end */
    bool holds;        /* whether its expectations shall */
    char *picture;     /* the file to write it to; NULL: into the block */
    /* … or lines of a file */
    struct source listing;
    size_t first_line, last_line; /* from 1 */
    bool lists;
};

/* Reads what each passage asks for; `blocks` has room for one a passage. What is wrong is added to
 * `diags`; what is wrong with scenarios themselves is told on stderr, and stays in the runs. */
void blocks_read(struct block *blocks, const struct document *document, struct shown_runs *runs,
                 struct diags *diags);
void block_release(struct block *block);

#endif
