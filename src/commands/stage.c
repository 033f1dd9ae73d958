/* `stage`: the inside of a sandbox (sandbox/stage.h). Not for people: grade starts it. */
#include <fcntl.h>

#include "base/error.h"
#include "base/units.h"
#include "command.h"
#include "options.h"
#include "sandbox/stage.h"

static int run(int argc, char **argv)
{
    int64_t socket;
    const char *why;
    if (argc < 2 || argc > 3 || !integer_parse(argv[1], 3, INT32_MAX, &socket, &why) ||
        fcntl((int)socket, F_GETFD) < 0)
        return usage_error(&command_stage, "this is the inside of a sandbox, which grade starts");
    return stage_serve((int)socket, argc == 3 ? argv[2] : NULL);
}

const struct command command_stage = {
    .name = "stage",
    .summary = "the inside of a sandbox",
    .usage = "procenario stage SOCKET [FOLDER]",
    .run = run,
};
