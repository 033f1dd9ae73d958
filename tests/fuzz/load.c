/*
 * Any bytes as a scenario: loaded or explained, never a crash, a leak or a hang.
 */
#include <stdint.h>
#include <stdlib.h>

#include "scenario/scenario.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct param_override override = {.key = "word", .value = "5s"};
    struct source source;
    struct diags diags;
    struct scenario_list list = {0};
    struct buf text = {0};
    source_from_text(&source, "fuzz.yaml", (const char *)data, size);
    diags_init(&diags, &source);
    scenario_load(&source, &override, size % 2, &diags, &list);
    if ((diags.errors > 0) != (list.count == 0))
        abort(); /* scenarios or errors, never both, never neither */
    diags_format(&diags, &text, size % 3 == 0);
    buf_release(&text);
    diags_release(&diags);
    scenario_list_release(&list);
    source_release(&source);
    return 0;
}
