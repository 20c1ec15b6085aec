/* The smallest CGI program, compiled with -static: what hello.c says, behind a header block. */
#include <unistd.h>

int main(void)
{
    static const char text[] = "Content-Type: text/plain\n\nhello\n";
    return write(1, text, sizeof text - 1) == (ssize_t)(sizeof text - 1) ? 0 : 1;
}
