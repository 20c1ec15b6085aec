// stack ./status.c
// curl -i 'http://127.0.0.1:3000/?code=418'

#include <stack.h>
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    stack_status(atoi(stack_param_or("code", "404")));
    stack_header("X-Service", "status");
    puts("as you asked");
}
