/* The folder that makes a course system grade: `grade --scaffold`. */
#ifndef PROCENARIO_COMMANDS_GRADE_SCAFFOLD_H
#define PROCENARIO_COMMANDS_GRADE_SCAFFOLD_H

#include "commands/grade_settings.h"

/* Returns an exit_status. */
int grade_scaffold(const struct grade_settings *settings);

#endif
