// The third line fails.
#include <assert.h>
static void fail(void) { assert(!"the reason"); }

int main(void)
{
    fail();
}
