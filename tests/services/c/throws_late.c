#include <assert.h>
#include <stdio.h>

static void fail(void)
{
    assert(!"the reason");
}

int main(void)
{
    puts("before");
    fail();
}
