// stack ./hello-world.c
// curl http://127.0.0.1:3000/

#include <stdio.h>

int main(void)
{
    puts("hello world");
}
