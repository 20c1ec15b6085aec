#include <stack.h>
#include <stdio.h>

int main(void)
{
    char body[4096];
    size_t length = fread(body, 1, sizeof body, stdin);
    printf("%s %s %.*s\n", stack_param("a"), stack_param("b"), (int)length, body);
}
