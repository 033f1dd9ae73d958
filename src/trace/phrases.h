/*
 * What can be said of an event, in each language: X(enumerator, English, Chinese). The process that
 * the event is about stands before the phrase. Words in braces are filled in by describe.c; each
 * must occur in both languages of a phrase (tests/unit/trace.c holds that).
 */
#ifndef PROCENARIO_TRACE_PHRASES_H
#define PROCENARIO_TRACE_PHRASES_H

#define PHRASES(X)                                                                                 \
    X(PHRASE_START, "starts", "开始运行")                                                          \
    X(PHRASE_FORK, "forks {child}", "创建子进程 {child}")                                          \
    X(PHRASE_FORK_HOW, "forks {child} ({how})", "创建子进程 {child}（{how}）")                     \
    X(PHRASE_FORK_FAILS, "cannot fork{failure}", "无法创建子进程{failure}")                        \
    X(PHRASE_THREAD, "makes a thread", "创建一个线程")                                             \
    X(PHRASE_EXEC, "executes {argv}", "执行 {argv}")                                               \
    X(PHRASE_EXEC_FAILS, "cannot execute {argv}{failure}", "无法执行 {argv}{failure}")             \
    X(PHRASE_OUTPUT, "writes \"{text}\"", "输出 \"{text}\"")                                       \
    X(PHRASE_OUTPUT_ERROR, "writes (stderr) \"{text}\"", "向标准错误输出 \"{text}\"")              \
    X(PHRASE_KILL, "sends {signal} to {to}{failure}", "向 {to} 发送 {signal}{failure}")            \
    X(PHRASE_KILL_NOBODY, "sends {signal} to a process that is not there{failure}",                \
      "向不存在的进程发送 {signal}{failure}")                                                      \
    X(PHRASE_KILL_GROUP, "sends {signal} to the process group of {group}: {targets}{failure}",     \
      "向 {group} 的进程组（{targets}）发送 {signal}{failure}")                                    \
    X(PHRASE_KILL_SOME_GROUP, "sends {signal} to each of {targets}{failure}",                      \
      "向这些进程（{targets}）发送 {signal}{failure}")                                             \
    X(PHRASE_PROBE, "probes {to}{failure}", "探查 {to} 是否存在{failure}")                         \
    X(PHRASE_PROBE_NOBODY, "probes a process that is not there{failure}",                          \
      "探查一个不存在的进程{failure}")                                                             \
    X(PHRASE_PROBE_GROUP, "probes the process group of {group}: {targets}{failure}",               \
      "探查 {group} 的进程组（{targets}）{failure}")                                               \
    X(PHRASE_PROBE_SOME_GROUP, "probes each of {targets}{failure}",                                \
      "探查这些进程（{targets}）{failure}")                                                        \
    X(PHRASE_CATCHES, "catches {signal}{from}", "捕获 {signal}{from}")                             \
    X(PHRASE_IGNORES, "ignores {signal}{from}", "忽略 {signal}{from}")                             \
    X(PHRASE_IS_HIT, "is hit by {signal}{from}", "收到 {signal}{from}，即将终止")                  \
    X(PHRASE_GETS, "gets {signal}{from}", "收到 {signal}{from}")                                   \
    X(PHRASE_STOP, "is stopped by {signal}", "被 {signal} 暂停")                                   \
    X(PHRASE_CONTINUE, "goes on", "继续运行")                                                      \
    X(PHRASE_SLEEP, "sleeps", "睡眠")                                                              \
    X(PHRASE_SLEEP_FOR, "sleeps for {until}", "睡眠 {until}")                                      \
    X(PHRASE_BLOCK_WAIT, "waits for {to}", "等待 {to} 结束")                                       \
    X(PHRASE_BLOCK_WAIT_FOR, "waits for {to} for {until}", "等待 {to} 结束，至多 {until}")         \
    X(PHRASE_BLOCK_WAIT_ANY, "waits for a child", "等待任一子进程结束")                            \
    X(PHRASE_BLOCK_WAIT_ANY_FOR, "waits for a child for {until}",                                  \
      "等待任一子进程结束，至多 {until}")                                                          \
    X(PHRASE_BLOCK_SIGNAL, "waits for a signal", "等待信号")                                       \
    X(PHRASE_BLOCK_SIGNAL_FOR, "waits for a signal for {until}", "等待信号，至多 {until}")         \
    X(PHRASE_BLOCK, "waits in {on}", "在 {on} 中等待")                                             \
    X(PHRASE_BLOCK_FOR, "waits in {on} for {until}", "在 {on} 中等待，至多 {until}")               \
    X(PHRASE_WAKE, "wakes", "醒来")                                                                \
    X(PHRASE_LEARNS_STOPPED, "learns that {child} has stopped", "得知 {child} 已暂停")             \
    X(PHRASE_LEARNS_CONTINUED, "learns that {child} has continued", "得知 {child} 已继续运行")     \
    X(PHRASE_WAIT_FAILS, "waits for {to}{failure}", "等待 {to}{failure}")                          \
    X(PHRASE_WAIT_ANY_FAILS, "waits for a child{failure}", "等待子进程{failure}")                  \
    X(PHRASE_WAIT_SEES, "waits for {to} and sees its end, {fate}, without reaping it",             \
      "等待 {to}，看到它已结束（{fate}），但不回收")                                               \
    X(PHRASE_WAIT_ANY_SEES, "waits for a child and sees its end, {fate}, without reaping it",      \
      "等待子进程，看到它已结束（{fate}），但不回收")                                              \
    X(PHRASE_WAIT_NONE, "waits for {to}: none has ended yet", "查看 {to}：尚未结束")               \
    X(PHRASE_WAIT_ANY_NONE, "waits for a child: none has ended yet", "查看子进程：尚无一个结束")   \
    X(PHRASE_EXITS, "exits with {fate}", "结束，{fate}")                                           \
    X(PHRASE_KILLED, "is killed by {signal}", "被 {signal} 杀死")                                  \
    X(PHRASE_KILLED_CORE, "is killed by {signal} (core dumped)", "被 {signal} 杀死（核心已转储）") \
    X(PHRASE_REAP, "reaps {child} ({fate})", "回收 {child}（{fate}）")                             \
    X(PHRASE_REAP_AUTO, "ignores SIGCHLD: {child} is discarded ({fate})",                          \
      "忽略 SIGCHLD：{child} 被内核直接回收（{fate}）")                                            \
    X(PHRASE_ADOPT, "adopts the orphan {child}", "收养孤儿进程 {child}")                           \
    X(PHRASE_ALARM, "sets a timer for {after}", "设置 {after} 后到期的定时器")                     \
    X(PHRASE_ALARM_OFF, "cancels its timer", "取消定时器")                                         \
    X(PHRASE_SETSID, "begins a session of its own", "建立自己的会话")                              \
    X(PHRASE_SETPGID, "moves {to} to the process group of {group}",                                \
      "把 {to} 移入 {group} 的进程组")                                                             \
    X(PHRASE_SETPGID_SELF, "moves itself to the process group of {group}",                         \
      "把自己移入 {group} 的进程组")                                                               \
    X(PHRASE_SETPGID_GONE, "moves {to} to the process group of somebody who is gone",              \
      "把 {to} 移入一个已不存在的进程的进程组")                                                    \
    X(PHRASE_SETPGID_SELF_GONE, "moves itself to the process group of somebody who is gone",       \
      "把自己移入一个已不存在的进程的进程组")                                                      \
    X(PHRASE_WRITE_FAILS, "cannot write{failure}", "写入失败{failure}")                            \
    X(PHRASE_WRITE_SHORT, "writes only {bytes} bytes (injected)", "只写入 {bytes} 字节（注入）")   \
    X(PHRASE_READ_FAILS, "cannot read{failure}", "读取失败{failure}")                              \
    X(PHRASE_SAY, "{text}", "{text}")                                                              \
    X(PHRASE_NOTE, "not reproducible: {text}", "不可重现：{text}")                                 \
    X(PHRASE_DEADLOCK, "deadlock: {text}", "死锁：{text}")                                         \
    X(PHRASE_DIVERGE, "the run differs: {text}", "两次运行不同：{text}")                           \
    X(PHRASE_SNAPSHOT, "process table:{table}", "进程表：{table}")                                 \
    X(PHRASE_TYPE, "types \"{text}\"", "键入 \"{text}\"")                                          \
    X(PHRASE_CLOSE, "closes {on}", "关闭 {on}")                                                    \
    X(PHRASE_TURN, "has the turn", "轮到它运行")                                                   \
    X(PHRASE_LIMIT, "limit '{on}': {text}", "超出限制 '{on}'：{text}")                             \
    X(PHRASE_INTERRUPT, "interrupted by {signal}", "被 {signal} 中断")                             \
    /* Pieces of the above. */                                                                     \
    X(PHRASE_FAILURE, ": {error}", "：{error}")                                                    \
    X(PHRASE_FAILURE_INJECTED, ": {error} (injected)", "：{error}（注入）")                        \
    X(PHRASE_FROM, " (from {sender})", "（来自 {sender}）")                                        \
    X(PHRASE_FROM_TIMELINE, "timeline", "外部")                                                    \
    X(PHRASE_FROM_TERMINAL, "terminal", "终端")                                                    \
    X(PHRASE_FROM_TIMER, "timer", "定时器")                                                        \
    X(PHRASE_FROM_KERNEL, "kernel", "内核")                                                        \
    X(PHRASE_STATUS, "status {status}", "退出状态 {status}")                                       \
    X(PHRASE_CORE, "{signal}, core dumped", "{signal}，核心已转储")                                \
    X(PHRASE_NOBODY, "nobody", "空")                                                               \
    X(PHRASE_RUNNING, "running", "运行")                                                           \
    X(PHRASE_SLEEPING, "sleeping", "睡眠")                                                         \
    X(PHRASE_STOPPED, "stopped", "暂停")                                                           \
    X(PHRASE_ZOMBIE, "zombie", "僵尸")                                                             \
    X(PHRASE_REAPED, "reaped", "已回收")

#define X(id, en, zh) id,
enum phrase { PHRASES(X) PHRASE_COUNT };
#undef X

#endif
