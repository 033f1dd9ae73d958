/* How much of something one scenario may have: fixed tables of the actors depend on it. */
#ifndef PROCENARIO_SCENARIO_BOUNDS_H
#define PROCENARIO_SCENARIO_BOUNDS_H

#define MOST_ROLES 256
#define MOST_PIPES 64
#define MOST_ARGUMENTS 1024 /* words of one command */

#endif
