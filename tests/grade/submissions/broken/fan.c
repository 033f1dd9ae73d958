#include <stdio.h>

int main(void)
{
    printf("done\n")
    return 0;
}
