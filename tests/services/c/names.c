#include <stack.h>
#include <stdio.h>
#include <string.h>

int main(void)
{
    puts(stack_param("foo"));
    puts(stack_param_or("foo", "none"));
    puts(stack_req("params.foo"));
    for (const stack_pair *param = stack_params(); param->name != NULL; param++)
        if (strcmp(param->name, "foo") == 0) puts(param->value);
}
