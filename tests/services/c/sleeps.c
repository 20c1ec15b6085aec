#include <stdio.h>
#include <unistd.h>

int main(void)
{
    puts("begun");
    sleep(60);
}
