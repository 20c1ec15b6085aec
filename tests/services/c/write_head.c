#include <stack.h>
#include <stdio.h>

int main(void)
{
    stack_write_head(201, "Made", "X-A", "b", NULL);
    puts("text");
}
