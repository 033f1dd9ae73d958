/* Durations, signals and patterns of names. */
#include <string.h>

#include "base/names.h"
#include "base/units.h"
#include "scenario/scenario.h"
#include "tap.h"

int main(void)
{
    int64_t ns = 0;
    const char *why = NULL;
    ok(duration_parse("1m30s", &ns, &why) && ns == 90 * NS_PER_S, "1m30s is 90 seconds");
    ok(duration_parse("1.5s", &ns, &why) && ns == 1500 * NS_PER_MS, "1.5s is 1500 milliseconds");
    ok(!duration_parse("5", &ns, &why) && why != NULL, "a duration needs a unit");
    ok(signal_parse("SIGTERM") == 15 && signal_parse("TERM") == 15, "TERM is SIGTERM");
    ok(signal_parse("SIGTREM") == 0, "SIGTREM is no signal");
    ok(edit_distance("chlid", "child", 5) == 1, "swapped neighbours are one mistake");
    ok(name_matches("child.*", "child.0.worker"), "a star crosses dots");
    ok(name_matches("*.w", "a.w.w"), "a star takes more when it must");
    ok(!name_matches("child", "child.0"), "a name is no prefix");
    struct schedule_spec spec = {0};
    ok(schedule_parse("random:7", &spec, &why) && spec.seed == 7, "random:7 has seed 7");
    ok(!schedule_parse("free:7", &spec, &why), "only random takes a seed");
    return tap_done();
}
