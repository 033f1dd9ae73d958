/*
 * Grades as pages for a browser: one a submission, to be handed back, and an overview of all, for
 * those who teach. Made from result files alone, of which one at a time is in memory.
 */
#ifndef PROCENARIO_GRADEBOOK_PAGES_H
#define PROCENARIO_GRADEBOOK_PAGES_H

#include "gradebook/gradebook.h"

/*
 * Writes index.html, the overview, and submissions/NAME.html, the page of each, where NAME is that
 * of the result's file. The folder is made when it is not there; pages that are there are replaced,
 * each at once. All results are of one assignment. A picture that a result has is taken from beside
 * it, and left out when it cannot be read.
 *
 * The page of a submission names no other. False: `error` says what cannot be read or written; the
 * overview is written last, so it never leads to pages that are not there.
 */
bool pages_write(const struct gradebook_list *list, const char *folder, struct error *error);

#endif
