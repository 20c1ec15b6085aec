#include <stack.h>
#include <stdio.h>
#include <string.h>

int main(void)
{
    for (const stack_pair *param = stack_params(); param->name != NULL; param++)
        printf("%zu:%s%zu:%s", strlen(param->name), param->name, strlen(param->value), param->value);
}
