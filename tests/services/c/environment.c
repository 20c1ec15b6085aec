// The environment of the process is that of the request, whether or not the header is included.
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    printf("%s|%s|%s\n", getenv("T_A"), getenv("REQUEST_METHOD"), getenv("HTTP_X_B"));
}
