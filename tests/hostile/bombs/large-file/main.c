/* One file that has a size, but no content: it is copied, or not, with its holes. */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
    signal(SIGXFSZ, SIG_IGN);
    puts(truncate("main.c", 1L << 40) == 0 ? "a terabyte" : "hello");
    return 0;
}
