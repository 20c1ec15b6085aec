#include <stack.h>
#include <stdio.h>

int main(void)
{
    printf("%s\n%s\n%s\n", stack_param("f[filename]"), stack_param("f[type]"), stack_param("f[size]"));
    FILE *file = fopen(stack_file("f"), "rb");
    for (int byte; (byte = getc(file)) != EOF;) putchar(byte);
}
