#include <stack.h>
#include <stdio.h>

int main(void)
{
    puts(stack_req("method"));
    puts(stack_req("url"));
    puts(stack_req("path"));
    puts(stack_req("query"));
    puts(stack_req("headers.x-a"));
    puts(stack_req("host"));
    puts(stack_req("httpVersion"));
    puts(stack_req("connection.remoteAddress"));
    puts(stack_req("id"));
    puts(stack_req("deadline"));
    puts(stack_req("params.a"));
}
