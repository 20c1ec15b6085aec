#include <stdio.h>
#include <unistd.h>

static int counter;

int main(void)
{
    printf("%d %d", ++counter, getpid());
}
