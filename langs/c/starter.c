// A service in C: a fresh process answers each request, and what it prints is the body.

#include <stack.h>
#include <stdio.h>
#include <string.h>

int main(void)
{
    const char *name = stack_param_or("name", "world"); // of the query, a form, JSON, or an upload

    if (strlen(name) > 100) {
        stack_status(400);
        puts("that is a long name");
        return 0;
    }
    stack_header("Content-Type", "text/plain; charset=utf-8");
    // Every line is sent at once: a loop that sleeps between its lines streams.
    printf("hello %s\n", name);
}

// stack_req("method")   also url, path, headers.host; stdin is the request's body
// stack_log("%d", 5)    a line in the log; so is everything on stderr
