/* The page as a whole: what stands where. */
#include "page/page.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "draw/draw.h"
#include "page/internal.h"

struct page {
    const struct history *history;
    enum language language;
    FILE *file;
    struct buf out; /* to be written to it */
    struct typescript *typescript;
    struct buf colors;   /* a style sheet: of the terminal's text */
    struct buf timeline; /* SVG */
};

static void write_out(struct page *page)
{
    if (page->out.length > 0)
        fwrite(page->out.data, 1, page->out.length, page->file);
    buf_clear(&page->out);
}

static void say(struct page *page, enum label label)
{
    html_add_label(&page->out, page->language, label, NULL);
}

static void add(struct page *page, const char *markup)
{
    buf_add_string(&page->out, markup);
}

static const char *title_of(const struct page *page)
{
    const char *title = page->history->header.scenario;
    return title[0] != '\0' ? title : "procenario";
}

/* ---- the player ---- */

static void add_button(struct page *page, const char *id, enum label label, const char *path)
{
    buf_printf(&page->out,
               "<button type=\"button\" id=\"%s\"><svg viewBox=\"0 0 16 16\" aria-hidden=\"true\">"
               "<path d=\"%s\"/></svg> <span>",
               id, path);
    say(page, label);
    add(page, "</span></button>\n");
}

static void add_buttons(struct page *page)
{
    add_button(page, "first", LABEL_FIRST, "M2 2h2v12H2zM14 2v12L5 8z");
    add_button(page, "previous", LABEL_PREVIOUS, "M12 2v12L3 8z");
    add_button(page, "play", LABEL_PLAY, "M3 2l11 6-11 6z");
    add_button(page, "next", LABEL_NEXT, "M4 2l9 6-9 6z");
    add_button(page, "last", LABEL_LAST, "M12 2h2v12h-2zM2 2l9 6-9 6z");
    add(page, "<label>");
    say(page, LABEL_SPEED);
    add(page, " <select id=\"speed\">\n<option value=\"0.25\">¼×</option>\n"
              "<option value=\"0.5\">½×</option>\n<option value=\"1\" selected>1×</option>\n"
              "<option value=\"2\">2×</option>\n<option value=\"4\">4×</option>\n"
              "</select></label>\n");
}

static void add_keys(struct page *page)
{
    static const struct {
        enum label place;
        struct {
            const char *keys; /* NULL: no more of this place */
            enum label effect;
        } rows[5];
    } places[] = {
        {LABEL_ON_SCRUBBER,
         {{"← →", LABEL_KEY_STEP},
          {"Page Up, Page Down", LABEL_KEY_INSTANT},
          {"Home, End", LABEL_KEY_ENDS}}},
        {LABEL_ON_PLAYER, {{"P", LABEL_KEY_PLAY}}},
        {LABEL_ANYWHERE, {{"← →", LABEL_KEY_STEP}}},
        {LABEL_IN_LIST,
         {{"↑ ↓, Page Up, Page Down, Home, End", LABEL_KEY_MOVE}, {"Enter", LABEL_KEY_CHOOSE}}},
    };
    add(page, "<details id=\"keys\"><summary>");
    say(page, LABEL_KEYS);
    add(page, "</summary>\n<ul>\n");
    for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
        add(page, "<li>");
        say(page, places[i].place);
        add(page, "\n<ul>\n");
        for (size_t j = 0; places[i].rows[j].keys != NULL; j++) {
            buf_printf(&page->out, "<li><kbd>%s</kbd> ", places[i].rows[j].keys);
            say(page, places[i].rows[j].effect);
            add(page, "</li>\n");
        }
        add(page, "</ul></li>\n");
    }
    add(page, "</ul>\n</details>\n");
}

/* The script makes it appear. */
static void add_player(struct page *page)
{
    add(page, "<section id=\"player\" aria-labelledby=\"player-title\" hidden>\n"
              "<h2 id=\"player-title\">");
    say(page, LABEL_STEPS);
    add(page, "</h2>\n<p id=\"now\" aria-live=\"polite\" aria-atomic=\"true\"></p>\n"
              "<div class=\"scrubber\"><input type=\"range\" id=\"scrubber\" aria-label=\"");
    say(page, LABEL_SCRUBBER);
    buf_printf(&page->out, "\" min=\"1\" max=\"%u\" value=\"1\" step=\"1\">\n",
               page->history->event_count > 0 ? page->history->event_count : 1);
    add(page, "<span id=\"position\"></span></div>\n<div class=\"buttons\">\n");
    add_buttons(page);
    add_keys(page);
    add(page, "</div>\n</section>\n");
}

/* ---- what the script brings up to date ---- */

static void begin_section(struct page *page, const char *id, enum label label, bool dated)
{
    buf_printf(&page->out,
               "<section id=\"%s\" aria-labelledby=\"%s-title\">\n<div class=\"heading\">"
               "<h2 id=\"%s-title\">",
               id, id, id);
    say(page, label);
    add(page, "</h2>");
    if (dated) {
        add(page, " <p class=\"when\">");
        say(page, LABEL_AT_THE_END);
        add(page, "</p>");
    }
    add(page, "</div>\n");
}

static void add_timeline(struct page *page)
{
    begin_section(page, "timeline", LABEL_TIMELINE, false);
    add(page, "<div class=\"picture\" role=\"group\" aria-labelledby=\"timeline-title\" "
              "tabindex=\"0\">\n");
    write_out(page);
    if (page->timeline.length > 0)
        fwrite(page->timeline.data, 1, page->timeline.length, page->file);
    add(page, "</div>\n</section>\n");
}

static void add_terminal(struct page *page)
{
    begin_section(page, "terminal", LABEL_TERMINAL, true);
    add(page, "<div class=\"screen\" role=\"group\" aria-labelledby=\"terminal-title\" "
              "tabindex=\"0\">\n<noscript><pre>");
    typescript_add_final(page->typescript, &page->out);
    add(page, "</pre></noscript>\n<p id=\"above\" hidden></p>\n"
              "<pre id=\"screen\" hidden></pre>\n</div>\n</section>\n");
}

static void add_lives(struct page *page)
{
    begin_section(page, "processes", LABEL_PROCESSES, true);
    add(page, "<noscript>\n");
    lives_add_table(page->history, page->language, true, &page->out);
    add(page, "</noscript>\n<div class=\"live\" hidden>\n<p id=\"census\"></p>\n"
              "<div class=\"wide-table\" role=\"group\" aria-labelledby=\"processes-title\" "
              "tabindex=\"0\">\n");
    lives_add_table(page->history, page->language, false, &page->out);
    add(page, "</div>\n<p id=\"pager\" hidden><button type=\"button\" id=\"earlier\">");
    say(page, LABEL_EARLIER_PROCESSES);
    add(page, "</button> <span id=\"page\"></span> <button type=\"button\" id=\"later\">");
    say(page, LABEL_LATER_PROCESSES);
    add(page, "</button></p>\n</div>\n</section>\n");
}

static void add_events(struct page *page)
{
    begin_section(page, "events", LABEL_EVENTS, false);
    add(page, "<noscript>\n");
    events_add_table(page->history, page->language, &page->out);
    add(page, "</noscript>\n<div class=\"live\" hidden>\n<div id=\"search\" role=\"search\">"
              "<label>");
    say(page, LABEL_FIND);
    add(page, " <input type=\"search\" id=\"sought\" autocomplete=\"off\" spellcheck=\"false\">"
              "</label> <button type=\"button\" id=\"find\">");
    say(page, LABEL_FIND_NEXT);
    add(page, "</button> <span id=\"found\" role=\"status\"></span></div>\n"
              "<div id=\"list\" role=\"listbox\" tabindex=\"0\" aria-labelledby=\"events-title\">"
              "</div>\n</div>\n<div id=\"paper\"></div>\n</section>\n");
}

/* ---- data ---- */

static void add_words(struct page *page, struct buf *json)
{
    static const struct {
        const char *name, *texts[LANGUAGE_COUNT];
    } words[] = {
#define X(name, en, zh) {name, {en, zh}},
        SCRIPT_LABELS(X)
#undef X
    };
    buf_add_string(json, "{");
    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        const char *text = words[i].texts[page->language];
        buf_printf(json, "%s\"%s\":", i > 0 ? "," : "", words[i].name);
        json_add_string(json, text, strlen(text));
    }
    buf_add_string(json, ",\"states\":[");
    for (size_t i = 0; state_words[i] != NULL; i++)
        buf_printf(json, "%s[\"%s\",\"%s\"]", i > 0 ? "," : "", state_words[i],
                   state_in((enum process_state)i, page->language));
    buf_add_string(json, "]}");
}

/* Where the events stand in the picture. Many stand where the one before does. */
static void add_places(const struct page *page, struct buf *json)
{
    struct series series = {0};
    int *places = draw_timeline_places(page->history, page->language);
    for (uint32_t i = 0; i < page->history->event_count; i++)
        series_set(&series, i, (uint32_t)(places[i] > 0 ? places[i] : 0));
    buf_add_string(json, ",\n\"places\":");
    series_add_json(&series, json);
    series_release(&series);
    free(places);
}

static void add_data(struct page *page)
{
    struct pieces pieces = {0};
    auto_buf struct buf json = {0};
    buf_add_string(&json, "{\"words\":");
    add_words(page, &json);
    buf_add_string(&json, ",\n\"events\":");
    events_add_json(page->history, page->language, &pieces, &json);
    buf_add_string(&json, ",\n\"processes\":");
    lives_add_json(page->history, page->language, &pieces, &json);
    buf_add_string(&json, ",\n\"terminal\":");
    typescript_add_json(page->typescript, &json);
    add_places(page, &json);
    buf_add_string(&json, ",\n\"texts\":");
    pieces_add_json(&pieces, &json);
    buf_add_string(&json, "}");
    add(page, "<script type=\"application/json\" id=\"run\">");
    script_add_json(&page->out, json.data, json.length);
    add(page, "</script>\n");
    pieces_release(&pieces);
}

/* ---- the page ---- */

static void add_body(struct page *page)
{
    add(page, "<body>\n<header>\n<h1>");
    html_add_name(&page->out, title_of(page));
    add(page, "</h1>\n");
    outcome_add(page->history, page->language, &page->out);
    add(page, "<noscript><p class=\"static\">");
    say(page, LABEL_WITHOUT_SCRIPT);
    add(page, "</p></noscript>\n</header>\n<main>\n");
    add_player(page);
    add_timeline(page);
    add_terminal(page);
    add_lives(page);
    add_events(page);
    write_out(page);
    begin_section(page, "expectations", LABEL_EXPECTATIONS, false);
    verdicts_add(page->history, page->language, &page->out);
    add(page, "</section>\n</main>\n");
    write_out(page);
    add_data(page);
}

/* The picture, in memory: its style sheets have to be named in the head. */
static void draw_timeline(struct page *page)
{
    char *text = NULL;
    size_t length = 0;
    FILE *memory = open_memstream(&text, &length);
    if (memory == NULL)
        return;
    struct draw_options options = {DRAW_TIMELINE, DRAW_SVG, page->language};
    draw(page->history, &options, memory);
    if (fclose(memory) == 0) {
        const char *svg = strstr(text, "<svg"); /* without the XML declaration */
        if (svg != NULL)
            buf_add(&page->timeline, svg, length - (size_t)(svg - text));
    }
    free(text);
}

void page_write(const struct history *history, enum language language, FILE *out)
{
    struct page page = {.history = history, .language = language, .file = out};
    page.typescript = typescript_of(history);
    typescript_add_style(page.typescript, &page.colors);
    draw_timeline(&page);
    const struct asset styles[] = {page_style(), {page.colors.data, page.colors.length}};
    const struct frame frame = {.language = language_words[language],
                                .title = title_of(&page),
                                .styles = styles,
                                .style_count = ARRAY_SIZE(styles),
                                .markup = page.timeline.data,
                                .script = page_script()};
    frame_begin(&page.out, &frame);
    add_body(&page);
    frame_end(&page.out, &frame);
    write_out(&page);
    typescript_free(page.typescript);
    buf_release(&page.colors);
    buf_release(&page.timeline);
    buf_release(&page.out);
}
