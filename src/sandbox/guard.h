/*
 * The seccomp filter that takes from programs in the sandbox what they have no use for, so that
 * less of the kernel can be attacked; and with it what would blind the director.
 */
#ifndef PROCENARIO_SANDBOX_GUARD_H
#define PROCENARIO_SANDBOX_GUARD_H

#include "base/error.h"

struct sock_fprog;

/* Built once, by libseccomp, and then the same; never freed. NULL: `error` says why. */
const struct sock_fprog *guard_program(struct error *error);

#endif
