#include <assert.h>
#include <stack.h>
#include <stdio.h>

int main(void)
{
    puts("one");
    stack_end("two");
    puts("three");
    assert(!"this is never reached");
}
