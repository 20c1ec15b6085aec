#include <stack.h>
#include <stdio.h>

int main(void)
{
    stack_log("a log %d", 5);
    fputs("an error\n", stderr);
    puts("body");
}
