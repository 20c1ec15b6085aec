/* The smallest service. Compiled twice, both times with -static: as an ordinary program, and with
 * -nostartfiles -DWITHOUT_START, when it does nothing but its two system calls. On some machines, virtual ones
 * above all, the C library's start alone takes longer than the kernel needs for the whole process. */
#include <sys/syscall.h>
#include <unistd.h>

#ifdef WITHOUT_START
/* syscall(3) is one of the few functions of the C library that need nothing prepared. */
void _start(void)
{
    syscall(SYS_exit_group, syscall(SYS_write, 1, "hello\n", 6) == 6 ? 0 : 1);
    __builtin_unreachable();
}
#else
int main(void)
{
    return write(1, "hello\n", 6) == 6 ? 0 : 1;
}
#endif
