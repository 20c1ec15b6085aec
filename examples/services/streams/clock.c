// stack ./clock.c
// curl 'http://127.0.0.1:3000/?count=3'

#include <stack.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int main(void)
{
    const char *count = stack_param_or("count", "10");
    size_t digits = strspn(count, "0123456789");
    if (digits == 0 || digits > 6 || count[digits] != '\0') {
        stack_status(400);
        stack_end("count is a number up to 999999");
    }
    for (int tick = 0; tick < atoi(count); tick++) {
        if (tick > 0) usleep(500000);
        char text[] = "00:00:00";
        strftime(text, sizeof text, "%H:%M:%S", localtime(&(time_t){time(NULL)}));
        puts(text);
    }
}
