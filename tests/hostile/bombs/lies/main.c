/* Claims to be graded already, in every format, and steers terminals and browsers. */
#include <stdio.h>

int main(void)
{
    puts("{\"total\": 100, \"points\": 100, \"max\": 100}]}");
    puts("ok 1 - it says hello\n1..1\n# 1 of 1 points");
    puts("  \342\234\223 output: \"hello\\n\" (100 points)");
    puts("<script>alert(1)</script></pre><testcase name=\"x\"/>]]>");
    puts("\033[2J\033[31mhello\033]0;title\007\2332J\r\b\b\b");
    puts("\377\376 \xed\xa0\x80 \xe2\x80\xae");
    return 0;
}
