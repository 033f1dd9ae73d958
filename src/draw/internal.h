/*
 * What the drawers share: words and labels, the lanes of a run, which of its events are shown, and
 * where on the axis they stand.
 */
#ifndef PROCENARIO_DRAW_INTERNAL_H
#define PROCENARIO_DRAW_INTERNAL_H

#include "draw/draw.h"
#include "draw/words.h"

/* ---- words and labels (label.c) ---- */

const char *word_in(enum language language, enum word word);
/* Appends a word with %s or %d filled in. */
void word_add(struct buf *out, enum language language, enum word word, ...);
/* "4,998" */
void count_add(struct buf *out, uint64_t count);
/* Appends the text visibly, at most `columns` wide; what is cut ends in "…". */
void label_add(struct buf *out, const char *text, size_t length, size_t columns);
/* Of an output, what can stand in a label: its first line that says something. */
void output_label_add(struct buf *out, const struct event *event, size_t columns);
/* "exit 3", "SIGKILL" of an exit or a reap */
void fate_add(struct buf *out, enum language language, const struct event *event);
void time_add(struct buf *out, int64_t t_us);
/* "5s: parent sends SIGKILL to child", shortened. */
void event_label_add(struct buf *out, enum language language, const struct event *event);
/* The run's title and what happened in it, in words, for those who cannot see the picture. */
void run_describe(struct buf *out, enum language language, const struct history *history);
/* How the run ended if not by itself, or NULL. */
const char *run_end_in(enum language language, const struct history *history);

void xml_add(struct buf *out, const char *text, size_t length);
/* Between quotes, also within a label. */
void dot_add(struct buf *out, const char *text, size_t length);
/* Where Mermaid expects text: what could mean something to it is written as entities. */
void mermaid_add(struct buf *out, const char *text, size_t length);
/* A string of JSON with its quotes, of any bytes. */
void json_text_add(struct buf *out, const char *text, size_t length);
void pad_add(struct buf *out, size_t columns);

/* ---- who is shown (cast.c) ---- */

struct lane {           /* a process, or several that are alike */
    uint32_t process;   /* the first of them, which is drawn; NO_INDEX: the rest of all */
    uint32_t last;      /* the last of them */
    uint32_t count;     /* how many */
    uint32_t parent;    /* a lane */
    uint32_t depth;     /* the root's is 0 */
    uint32_t *children; /* lanes */
    uint32_t child_count;
};

enum cast_folding { CAST_ALL, CAST_ALIKE, CAST_SIMILAR, CAST_SOME };

struct cast {
    const struct history *history;
    enum language language;
    struct lane *lanes; /* in tree order: each before its children */
    uint32_t lane_count;
    uint32_t *lane_of; /* of each process */
    enum cast_folding folding;
};

/* At most `most` lanes, folding only if that is needed. */
void cast_init(struct cast *cast, const struct history *history, enum language language,
               uint32_t most);
void cast_release(struct cast *cast);
/* The lane on which the process is drawn, or NO_INDEX: it is only counted. */
uint32_t cast_lane(const struct cast *cast, uint32_t process);
/* "child.2", "child.2 … 4999", and of the rest "212 more processes". */
void lane_name_add(struct buf *out, const struct cast *cast, uint32_t lane, size_t columns);
/* "4,998 alike", or nothing. */
void lane_note_add(struct buf *out, const struct cast *cast, uint32_t lane);
/* The exit that the lane's process ended with, or NULL. */
const struct event *lane_exit(const struct cast *cast, uint32_t lane);
/* "exit 3", "SIGKILL"; "alive at the end" */
void lane_fate_add(struct buf *out, const struct cast *cast, uint32_t lane);

/* ---- which events are shown (plot.c) ---- */

enum act_kind {
    ACT_NONE,   /* `times` events are left out here */
    ACT_BEGIN,  /* the root starts */
    ACT_FORK,   /* lane to other */
    ACT_STATE,  /* sleeps, wakes, is stopped, goes on */
    ACT_OUTPUT, /* on lane */
    ACT_EXEC,
    ACT_SEND,    /* lane to other: a signal on its way; it arrives at `arrival` */
    ACT_RECEIVE, /* a signal does something to the lane */
    ACT_EXIT,
    ACT_REAP,  /* other was reaped by lane */
    ACT_ADOPT, /* other was adopted by init */
    ACT_FAIL,  /* a call of lane failed */
    ACT_OTHER, /* worth a mark, no more */
    ACT_END,   /* deadlock, limit …: of the run */
};

/* Lanes that are no processes follow those that are. */
struct act {
    enum act_kind kind;
    uint32_t event;   /* index */
    uint32_t lane;    /* NO_INDEX: the run as a whole */
    uint32_t other;   /* NO_INDEX: nobody shown */
    uint32_t arrival; /* ACT_SEND: the act by which it arrives, or NO_INDEX: never did */
    uint32_t times;   /* how many processes or outputs this stands for */
    bool at_once;     /* the consequence of the act before it: may stand at the same place */
};

struct plot {
    const struct cast *cast;
    struct act *acts;
    uint32_t act_count;
    uint32_t outside, init; /* their lanes, or NO_INDEX: they do nothing that is shown */
    uint32_t lane_count;    /* with those two */
    bool *occurs;           /* by act_kind */
};

void plot_init(struct plot *plot, const struct cast *cast);
/* At most about `most` acts: sleeping and waking are left out if need be, then outputs in a row
 * become one, then the middle is left out. */
void plot_limit(struct plot *plot, uint32_t most);
/* Outputs of a process in a row become one, within each instant. */
void plot_join_outputs(struct plot *plot);
void plot_release(struct plot *plot);
void plot_lane_name_add(struct buf *out, const struct plot *plot, uint32_t lane, size_t columns);
/* The signal of an act that is a sending or receiving, else 0. */
int act_signal(const struct plot *plot, const struct act *act);

/* ---- where they stand (axis.c) ---- */

struct moment { /* all acts of one instant */
    int64_t t_us;
    int from, to;
};

struct axis {
    int *at;       /* of each act */
    int *event_at; /* of each event: of the last act that did not come later */
    struct moment *moments;
    uint32_t moment_count;
    int length;
    bool squeezed; /* too much for the room: things may lie on each other */
};

struct axis_style {
    int most;          /* as long as the axis may be … */
    int comfortable;   /* … and to what it is shortened while all stays distinct */
    int gap, gap_most; /* where time passes, at least and at most */
    int moment;        /* between the beginnings of two moments, besides their labels */
    int column;        /* what a column of text needs */
    /* What an act needs before and after itself. */
    void (*room)(const struct plot *plot, const struct act *act, int *before, int *after);
};

void axis_init(struct axis *axis, const struct plot *plot, const struct axis_style *style);
/* The same; but where not all acts have room, those that can be one become one. */
void axis_fit(struct axis *axis, struct plot *plot, const struct axis_style *style);
void axis_release(struct axis *axis);

/* ---- what is taken (space.c) ---- */

struct area { /* in pixels, all inclusive; not above or left of the picture */
    int left, top, right, bottom;
};
struct line {
    int x0, y0, x1, y1;
};
struct space {
    struct shelf *shelves; /* of boxes */
    size_t shelf_count;
    struct line *lines;
    size_t line_count, line_capacity;
};
void space_take(struct space *space, struct area box);
void space_add_line(struct space *space, struct line line);
/* Nothing was taken there and, if asked, no line goes through. */
bool space_is_free(struct space *space, struct area box, bool of_lines);
/* The part of the line that lies between two heights: from where to where. False: none does. */
bool line_within(const struct line *line, int top, int bottom, int *from, int *to);
void space_release(struct space *space);

/* ---- text (canvas.c) ---- */

struct canvas { /* characters in rows and columns; what is set outside of it is dropped */
    int width, height;
    struct canvas_cell *cells;
};
void canvas_init(struct canvas *canvas, int width, int height);
void canvas_release(struct canvas *canvas);
/* One character one column wide. */
void canvas_set(struct canvas *canvas, int x, int y, const char *glyph);
bool canvas_is_blank(const struct canvas *canvas, int x, int y, int columns);
/* Any text; returns the column after it. */
int canvas_text(struct canvas *canvas, int x, int y, const char *text, size_t length);
/* Appends the rows without blanks at their ends. */
void canvas_write(const struct canvas *canvas, struct buf *out);
/* Appends the words of a legend, a line at most 100 columns wide. */
struct legend_line {
    struct buf *out;
    size_t width;
};
void legend_line_add(struct legend_line *line, const char *sign, const char *word);

/* ---- SVG (svg.c) ---- */

#define SVG_FONT 12
/* Pixels for so many columns of text in the font of pictures, and of its small kind. */
int svg_columns(size_t columns);
int svg_small_columns(size_t columns);

struct svg {
    struct buf *out;
    enum language language;
    const char *kind; /* "timeline": part of ids and classes */
    int width, height;
};
void svg_begin(struct svg *svg, const struct history *history, enum word title);
void svg_end(struct svg *svg);
/* `anchor`: "start", "middle" or "end"; `class` beside the font's. */
void svg_text(struct svg *svg, int x, int y, const char *anchor, const char *class,
              const char *text, size_t length);
/* The tooltip of what was just begun (a <g> or a shape with content). */
void svg_title_event(struct svg *svg, const struct event *event, uint32_t times);

/* ---- the drawers, one a file ---- */

typedef void drawer(const struct history *history, enum language language, struct buf *out);
drawer timeline_svg, timeline_text, timeline_mermaid;
drawer graph_svg, graph_text, graph_mermaid, graph_dot;
drawer tree_svg, tree_text, tree_mermaid, tree_dot;
drawer sequence_svg, sequence_text, sequence_mermaid;
void trace_event_draw(const struct history *history, enum language language, FILE *out);

#endif
