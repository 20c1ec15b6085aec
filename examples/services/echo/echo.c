// stack ./echo.c
// curl 'http://127.0.0.1:3000/?foo=bar'

#include <stack.h>
#include <stdio.h>

int main(void)
{
    puts("Hello, this is a C script.");
    puts("stack_params() is:");
    for (const stack_pair *param = stack_params(); param->name != NULL; param++)
        printf("%s = %s\n", param->name, param->value);
}
