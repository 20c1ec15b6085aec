#include <stack.h>
#include <stdio.h>

int main(void)
{
    fputs(stack_param("v"), stdout);
}
