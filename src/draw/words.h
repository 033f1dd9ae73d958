/*
 * What stands in pictures besides names and what the trace tells in words (trace/phrases.h):
 * X(enumerator, English, Chinese).
 */
#ifndef PROCENARIO_DRAW_WORDS_H
#define PROCENARIO_DRAW_WORDS_H

#define WORDS(X)                                                                                   \
    /* Who is no process of the run. */                                                            \
    X(WORD_OUTSIDE, "outside", "外部")                                                             \
    X(WORD_INIT, "init", "init")                                                                   \
    /* Titles: of what, of which run. */                                                           \
    X(WORD_TIMELINE_OF, "Timeline: %s", "时间线：%s")                                              \
    X(WORD_GRAPH_OF, "Process graph: %s", "进程图：%s")                                            \
    X(WORD_TREE_OF, "Process tree: %s", "进程树：%s")                                              \
    X(WORD_SEQUENCE_OF, "Sequence: %s", "时序图：%s")                                              \
    /* Folding. */                                                                                 \
    X(WORD_ALIKE, "%s alike", "%s 个，情形相同")                                                   \
    X(WORD_SIMILAR, "%s similar", "%s 个，情形相近")                                               \
    X(WORD_MORE, "%s more processes", "另有 %s 个进程")                                            \
    X(WORD_EVENTS_LEFT_OUT, "%s more events", "另有 %s 个事件")                                    \
    X(WORD_STEPS_LEFT_OUT, "%s more steps", "另有 %s 步")                                          \
    X(WORD_TIMES, "\303\227%s", "\303\227%s")                                                      \
    /* Legends. */                                                                                 \
    X(WORD_RUNNING, "running", "运行")                                                             \
    X(WORD_SLEEPING, "sleeping", "睡眠")                                                           \
    X(WORD_STOPPED, "stopped", "暂停")                                                             \
    X(WORD_ZOMBIE, "zombie", "僵尸")                                                               \
    X(WORD_FORK, "fork", "创建（fork）")                                                           \
    X(WORD_SIGNAL, "signal", "信号")                                                               \
    X(WORD_REAP, "reaping", "回收")                                                                \
    X(WORD_ADOPT, "adoption by init", "被 init 收养")                                              \
    X(WORD_OUTPUT, "output", "输出")                                                               \
    X(WORD_EXEC, "executes a program", "执行程序（exec）")                                         \
    X(WORD_FAILURE, "a call that fails", "调用失败")                                               \
    X(WORD_CAUGHT, "signal caught", "捕获信号")                                                    \
    X(WORD_SIGNAL_IGNORED, "signal ignored", "忽略信号")                                           \
    X(WORD_IGNORED, "%s ignored", "%s 被忽略")                                                     \
    X(WORD_KILLED, "killed by a signal", "被信号杀死")                                             \
    X(WORD_OTHER, "other event", "其他事件")                                                       \
    X(WORD_AT_ONCE, "one moment, events in order", "同一时刻，按先后排列")                         \
    X(WORD_IN_ORDER, "Order within a moment is kept, distances are not to scale.",                 \
      "同一时刻的事件按先后排列；间距不按比例。")                                                  \
    X(WORD_HAPPENS_BEFORE, "what must come before", "先后关系")                                    \
    X(WORD_TIME_PASSES, "time passes", "时间流逝")                                                 \
    /* Steps of a graph. */                                                                        \
    X(WORD_STEP_FORK, "fork", "fork")                                                              \
    X(WORD_STEP_WAIT, "wait", "wait")                                                              \
    X(WORD_STEP_PRINT, "print", "print")                                                           \
    X(WORD_STEP_KILL, "kill", "kill")                                                              \
    X(WORD_STEP_EXEC, "exec", "exec")                                                              \
    X(WORD_STEP_ADOPT, "adopt", "收养")                                                            \
    X(WORD_STEP_EXIT, "exit", "exit")                                                              \
    /* Fates. */                                                                                   \
    X(WORD_EXIT, "exit %d", "退出状态 %d")                                                         \
    X(WORD_CORE, "%s, core", "%s，已转储")                                                         \
    X(WORD_ALIVE, "alive at the end", "运行结束时仍在")                                            \
    X(WORD_ZOMBIE_AT_END, "still a zombie at the end", "运行结束时仍是僵尸进程")                   \
    X(WORD_ORPHAN, "orphan, adopted by init", "孤儿进程，被 init 收养")                            \
    X(WORD_REAPED_BY, "reaped by %s", "由 %s 回收")                                                \
    X(WORD_DISCARDED, "reaped by the kernel", "由内核直接回收")                                    \
    X(WORD_RUNS, "runs %s", "执行 %s")                                                             \
    /* How a run ended that did not end by itself. */                                              \
    X(WORD_END_LIMIT, "cut off by a limit", "超出限制，运行被终止")                                \
    X(WORD_END_DEADLOCK, "deadlock", "死锁")                                                       \
    X(WORD_END_INTERRUPTED, "interrupted", "被中断")                                               \
    X(WORD_END_DIVERGED, "the run differs from the stored one", "与所存的运行不同")                \
    X(WORD_END_FAILED, "the host gave up", "主机未能继续")                                         \
    X(WORD_COLON, ": ", "：")                                                                      \
    X(WORD_COMMA, ", ", "，")                                                                      \
    X(WORD_STOP, ". ", "。")

#define X(id, en, zh) id,
enum word { WORDS(X) WORD_COUNT };
#undef X

#endif
