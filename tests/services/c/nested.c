#include <stack.h>
#include <stdio.h>

int main(void)
{
    puts(stack_param("a[b]"));
    puts(stack_param("l[0]"));
    puts(stack_param("l[1]"));
}
