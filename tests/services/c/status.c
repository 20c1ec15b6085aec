#include <stack.h>
#include <stdio.h>

int main(void)
{
    stack_status(404);
    stack_status_message("Not Here");
    stack_header("X-A", "lost");
    stack_header("x-a", "b c");
    stack_header("X-Gone", "1");
    stack_remove_header("X-Gone");
    stack_append_header("X-L", "1");
    stack_append_header("X-L", "2");
    stack_append_header("Set-Cookie", "a=1");
    stack_append_header("Set-Cookie", "b=2");
    stack_trailer("X-Sum", "5");
    fputs("text", stdout);
}
