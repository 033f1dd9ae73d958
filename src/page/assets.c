/* The page's own style and script. */
#include "page/internal.h"

EMBED(page_css, "src/page/page.css");
EMBED(page_js, "src/page/page.js");

struct asset page_style(void)
{
    return EMBEDDED(page_css);
}

struct asset page_script(void)
{
    return EMBEDDED(page_js);
}
