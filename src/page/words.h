/*
 * What the page itself says, in each language: X(enumerator, English, Chinese). {0} to {3} are
 * filled in, by text_add_label in C and by the script in the page. What is said of events and
 * states stands in trace/phrases.h.
 */
#ifndef PROCENARIO_PAGE_WORDS_H
#define PROCENARIO_PAGE_WORDS_H

/* Said by the page as it is written. */
#define PAGE_LABELS(X)                                                                             \
    X(LABEL_STEPS, "Step by step", "逐步查看")                                                     \
    X(LABEL_TIMELINE, "Timeline", "时间线")                                                        \
    X(LABEL_TERMINAL, "Terminal", "终端")                                                          \
    X(LABEL_PROCESSES, "Processes", "进程")                                                        \
    X(LABEL_EVENTS, "Events", "事件")                                                              \
    X(LABEL_EXPECTATIONS, "Expectations", "期望")                                                  \
    X(LABEL_AT_THE_END, "at the end of the run", "运行结束时")                                     \
    X(LABEL_WITHOUT_SCRIPT,                                                                        \
      "Terminal and processes are shown as they were at the end. With JavaScript switched on, "    \
      "this page steps through the run.",                                                          \
      "这里显示运行结束时的终端和进程。启用 JavaScript 后，可在本页逐步查看整个运行过程。")        \
    /* How the run ended. */                                                                       \
    X(LABEL_COMPLETED, "The run is complete: every process has ended and is reaped.",              \
      "运行完毕：所有进程都已结束并被回收。")                                                      \
    X(LABEL_LIMIT, "The run was cut off by a limit.", "运行超出限制，被中止。")                    \
    X(LABEL_DEADLOCK, "The run was cut off: deadlock, nobody could ever go on.",                   \
      "运行被中止：死锁，没有进程能够继续。")                                                      \
    X(LABEL_INTERRUPTED, "The run was interrupted.", "运行被打断。")                               \
    X(LABEL_DIVERGED, "The run was cut off where it differed from the run before.",                \
      "本次运行与上一次不同，在出现差异处中止。")                                                  \
    X(LABEL_FAILED, "The run could not be performed to its end: the host refused.",                \
      "运行未能完成：主机不允许继续。")                                                            \
    X(LABEL_ALL_HOLD, "All expectations hold.", "所有期望都成立。")                                \
    X(LABEL_SOME_FAIL, "Expectations that do not hold: {0} of {1}.",                               \
      "有 {0} 项期望不成立（共 {1} 项）。")                                                        \
    X(LABEL_NO_EXPECTATIONS, "The scenario states no expectations.", "该场景没有列出期望。")       \
    /* The facts. */                                                                               \
    X(LABEL_DURATION, "Duration", "历时")                                                          \
    X(LABEL_HOLDING, "Expectations that hold", "成立的期望")                                       \
    X(LABEL_POINTS, "Points", "得分")                                                              \
    X(LABEL_OF, "{0} of {1}", "{0} / {1}")                                                         \
    X(LABEL_CLOCK, "Clock", "时钟")                                                                \
    X(LABEL_SCHEDULE, "Schedule", "调度")                                                          \
    X(LABEL_REPRODUCIBLE, "Reproducible", "可重现")                                                \
    X(LABEL_YES, "yes", "是")                                                                      \
    X(LABEL_NO, "no", "否")                                                                        \
    X(LABEL_NOT_REPRODUCIBLE, "Why another run may differ", "另一次运行可能不同的原因")            \
    X(LABEL_NOTES, "Notes about the host", "关于主机的说明")                                       \
    /* Controls. */                                                                                \
    X(LABEL_FIRST, "First", "开头")                                                                \
    X(LABEL_PREVIOUS, "Back", "上一步")                                                            \
    X(LABEL_PLAY, "Play", "播放")                                                                  \
    X(LABEL_NEXT, "Next", "下一步")                                                                \
    X(LABEL_LAST, "Last", "结尾")                                                                  \
    X(LABEL_SPEED, "Speed", "速度")                                                                \
    X(LABEL_SCRUBBER, "Event", "事件")                                                             \
    X(LABEL_FIND, "Find in the events", "在事件中查找")                                            \
    X(LABEL_FIND_NEXT, "Find next", "查找下一个")                                                  \
    X(LABEL_EARLIER_PROCESSES, "Earlier", "前一页")                                                \
    X(LABEL_LATER_PROCESSES, "Later", "后一页")                                                    \
    X(LABEL_KEYS, "Keys", "快捷键")                                                                \
    X(LABEL_ON_SCRUBBER, "On the slider", "在滑块上")                                              \
    X(LABEL_ON_PLAYER, "On the slider and its buttons", "在滑块和按钮上")                          \
    X(LABEL_IN_LIST, "In the list of events", "在事件列表中")                                      \
    X(LABEL_ANYWHERE, "Elsewhere on the page", "在页面其他位置")                                   \
    X(LABEL_KEY_STEP, "one event back or forward", "后退或前进一个事件")                           \
    X(LABEL_KEY_INSTANT, "to the next or the previous instant at which something happens",         \
      "到下一个或上一个有事件发生的时刻")                                                          \
    X(LABEL_KEY_ENDS, "to the first or the last event", "到第一个或最后一个事件")                  \
    X(LABEL_KEY_PLAY, "play or pause", "播放或暂停")                                               \
    X(LABEL_KEY_MOVE, "move through the list", "在列表中移动")                                     \
    X(LABEL_KEY_CHOOSE, "show the moment after that event", "显示该事件之后的时刻")                \
    /* Tables. */                                                                                  \
    X(LABEL_NUMBER, "No.", "序号")                                                                 \
    X(LABEL_TIME, "Time", "时间")                                                                  \
    X(LABEL_PROCESS, "Process", "进程")                                                            \
    X(LABEL_WHAT, "What happens", "发生了什么")                                                    \
    X(LABEL_PARENT, "Parent", "父进程")                                                            \
    X(LABEL_STATE, "State", "状态")                                                                \
    X(LABEL_COMMAND, "Command", "命令")                                                            \
    X(LABEL_FATE, "Fate", "结局")                                                                  \
    X(LABEL_NOT_REAPED, "{0}; not reaped", "{0}；尚未回收")                                        \
    X(LABEL_REAPED_BY, "{0}; reaped by {1}", "{0}；由 {1} 回收")                                   \
    X(LABEL_DISCARDED, "{0}; discarded by the kernel", "{0}；由内核直接回收")                      \
    /* Expectations. */                                                                            \
    X(LABEL_HOLDS, "holds", "成立")                                                                \
    X(LABEL_FAILS, "does not hold", "不成立")                                                      \
    X(LABEL_NOT_JUDGED, "could not be judged, as the run was cut off", "运行被中止，无法判定")     \
    X(LABEL_HIDDEN, "A hidden expectation", "一项隐藏的期望")                                      \
    X(LABEL_POINTS_OF, "{0} of {1} points", "{0} / {1} 分")                                        \
    X(LABEL_EXPECTED, "Expected", "期望")                                                          \
    X(LABEL_SEEN, "Seen", "实际")                                                                  \
    X(LABEL_HINT, "Hint", "提示")                                                                  \
    X(LABEL_EVIDENCE, "Evidence", "依据")                                                          \
    X(LABEL_EVENT_NUMBER, "event {0}", "事件 {0}")

/* Said by the script: X(its name there, English, Chinese). */
#define SCRIPT_LABELS(X)                                                                           \
    X("event", "event {0} of {1}", "第 {0} 个事件，共 {1} 个")                                     \
    X("after", "after event {0}, at {1}", "事件 {0} 之后，{1} 时")                                 \
    X("play", "Play", "播放")                                                                      \
    X("pause", "Pause", "暂停")                                                                    \
    X("above", "lines further up: {0}", "上方还有 {0} 行")                                         \
    X("count", "{0}: {1}", "{0}：{1}")                                                             \
    X("between", ", ", "，")                                                                       \
    X("page", "{0} to {1} of {2}", "第 {0} 至 {1} 个，共 {2} 个")                                  \
    X("notFound", "not found: {0}", "未找到：{0}")                                                 \
    X("found", "found in event {0}", "在事件 {0} 中找到")

#define X(id, en, zh) id,
enum label { PAGE_LABELS(X) LABEL_COUNT };
#undef X

#endif
