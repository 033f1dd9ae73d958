/*
 * The inside of a sandbox: performs what is asked for through a socket until its other end is
 * closed.
 */
#ifndef PROCENARIO_SANDBOX_STAGE_H
#define PROCENARIO_SANDBOX_STAGE_H

/* `top`: a folder for all files where there is no sandbox, or NULL. Returns an exit status. */
int stage_serve(int socket, const char *top);

#endif
