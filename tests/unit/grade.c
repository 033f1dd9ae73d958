/* Names of result files, points in words and exactly, shards, late work. */
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "grade/result.h"
#include "tap.h"

/* An id, through its file's name and back. */
static bool survives(const char *id, const char *expected)
{
    auto_free char *name = result_file_name(id);
    auto_free char *back = result_file_id(name);
    bool fine = strchr(name, '/') == NULL && name[0] != '.' && name[0] != '-' && back != NULL &&
                strcmp(back, id) == 0 && strcmp(name, expected) == 0;
    if (!fine)
        printf("# %s -> %s -> %s\n", id, name, back != NULL ? back : "nothing");
    return fine;
}

static bool every_byte_survives(void)
{
    for (int c = 1; c < 256; c++) {
        const char alone[] = {(char)c, '\0'}, inside[] = {'a', (char)c, 'b', '\0'};
        auto_free char *first = result_file_name(alone), *second = result_file_name(inside);
        auto_free char *one = result_file_id(first), *other = result_file_id(second);
        if (one == NULL || strcmp(one, alone) != 0 || other == NULL || strcmp(other, inside) != 0)
            return false;
    }
    return true;
}

static bool long_ids_differ(void)
{
    char a[300], b[300];
    memset(a, 'x', sizeof a - 1);
    memset(b, 'x', sizeof b - 1);
    a[sizeof a - 1] = b[sizeof b - 1] = '\0';
    b[298] = 'y';
    auto_free char *first = result_file_name(a), *second = result_file_name(b);
    auto_free char *id = result_file_id(first);
    return strlen(first) < 255 && strcmp(first, second) != 0 && id == NULL &&
           result_is_file_name(first);
}

static bool one_shard_each(unsigned shards)
{
    for (int i = 0; i < 200; i++) {
        char id[16];
        unsigned found = 0;
        snprintf(id, sizeof id, "s%d", i);
        for (unsigned shard = 1; shard <= shards; shard++)
            found += shard_has(id, shard, shards);
        if (found != 1)
            return false;
    }
    return true;
}

static bool is_text(double points, const char *rounded, const char *exact)
{
    char text[32], all[64];
    points_text(points, text, sizeof text);
    points_exact(points, all, sizeof all);
    if (strcmp(text, rounded) == 0 && strcmp(all, exact) == 0)
        return true;
    printf("# %g is %s and %s\n", points, text, all);
    return false;
}

static void test_late(void)
{
    const struct late_rule day = {.given = true,
                                  .per_ns = 24 * 3600 * NS_PER_S,
                                  .minus = 10,
                                  .percent = true,
                                  .bounded = true,
                                  .at_most = 50};
    const struct late_rule points = {.given = true, .per_ns = 3600 * NS_PER_S, .minus = 0.5};
    const struct late_rule none = {0};
    ok(late_units(&day, 0) == 0 && late_loss(&day, 0, 80) == 0, "punctual work loses nothing");
    ok(late_units(&day, 1) == 1 && late_loss(&day, 1, 80) == 8, "a day that has begun counts");
    ok(late_units(&day, day.per_ns) == 1 && late_units(&day, day.per_ns + 1) == 2,
       "the second day begins after the first");
    ok(late_loss(&day, 100 * day.per_ns, 80) == 40, "no more than half is lost");
    ok(late_loss(&points, 100 * points.per_ns, 3) == 3, "nobody loses more than there is");
    ok(late_loss(&points, 3 * points.per_ns, 3) == 1.5, "points are lost by the hour");
    ok(late_loss(&none, day.per_ns, 3) == 0, "without a rule nothing is lost");
}

int main(void)
{
    ok(survives("alice", "alice.json"), "an ordinary id is its file's name");
    ok(survives("-rf", "%2Drf.json"), "no name begins with a dash");
    ok(survives(".hidden", "%2Ehidden.json"), "no name begins with a dot");
    ok(survives("a/../b", "a%2F..%2Fb.json"), "no name leads elsewhere");
    ok(survives("new\nline %41", "new%0Aline%20%2541.json"), "escapes are escaped");
    ok(every_byte_survives(), "every byte comes back");
    ok(long_ids_differ(), "ids that are too long have different names all the same");
    auto_free char *none = result_file_id("%zz.json"), *other = result_file_id("notes.txt"),
                   *nul = result_file_id("a%00.json");
    ok(none == NULL && other == NULL && nul == NULL, "other names hold no id");
    ok(shard_has("x", 1, 1) && one_shard_each(3) && one_shard_each(7),
       "each submission belongs to one shard");
    ok(is_text(3, "3", "3") && is_text(2.5, "2.5", "2.5") && is_text(0, "0", "0"),
       "points without needless digits");
    ok(is_text(2.0 / 3, "0.67", "0.666667") && is_text(1e9, "1000000000", "1000000000"),
       "points with few decimals");
    test_late();
    return tap_done();
}
