/* How much of something one scenario may have: fixed tables of the actors depend on some, and that
 * what looks things up one by one stays quick on the others. */
#ifndef PROCENARIO_SCENARIO_BOUNDS_H
#define PROCENARIO_SCENARIO_BOUNDS_H

#define MOST_ROLES 256
#define MOST_PIPES 64
#define MOST_ARGUMENTS 1024 /* words of one command */
#define MOST_NAMES 1000     /* friendlier names */
#define MOST_PARAMS 1000
#define MOST_ANCHORS 1000 /* of one document */

#endif
