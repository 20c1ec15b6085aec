#include <stdio.h>
#include <unistd.h>

int main(void)
{
    for (int tick = 1; tick <= 3; tick++) {
        if (tick > 1) usleep(500000);
        printf("%d\n", tick);
    }
}
