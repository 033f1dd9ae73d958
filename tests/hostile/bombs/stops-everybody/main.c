#include <signal.h>
#include <unistd.h>

int main(void)
{
    kill(-1, SIGSTOP);
    kill(1, SIGSTOP);
    kill(getppid(), SIGSTOP);
    kill(0, SIGSTOP);
    raise(SIGSTOP);
    return 0;
}
