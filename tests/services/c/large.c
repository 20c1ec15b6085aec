#include <stdio.h>
#include <string.h>

int main(void)
{
    static char block[64 << 10];
    for (size_t at = 0; at < sizeof block; at += 16) memcpy(block + at, "0123456789abcde\n", 16);
    for (int count = 0; count < 1600; count++) fwrite(block, 1, sizeof block, stdout);
}
