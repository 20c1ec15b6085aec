/* Makes a fork server of an interpreter that loads this library and opens its request document by path.
 *
 * Loaded by LD_PRELOAD (ld.so(8)). Whatever the interpreter loads, it loads before it opens that document; there its
 * process stays and answers the server's orders, and the call returns in its forks: one for each order, with the
 * order's descriptors as 0 to 4, and as children of the server itself (CLONE_PARENT of clone(2)), which reaps them.
 *
 * An interpreter that has to know of its forks opens /dev/stack/forks instead, which succeeds with this library alone, and
 * then calls fork(2) again and again: each call waits for an order, and returns as it always does. Its fork finds the
 * document on descriptor 4.
 *
 * Descriptor 4 of the fork server is a socket of sequenced packets (unix(7)). It is sent, with one letter first:
 *   F PATH NUL PATH NUL ...   files that were read until now, in as many packets as they need
 *   R                         it is ready
 *   T COUNT                   it is not, since it has so many threads, of which a fork would have one; then it exits
 *   C PID                     a fork, with its pidfd
 *   E ERRNO                   no fork, since clone(2) said so
 * Numbers are int32_t in the order of the machine. Each order is one byte, with the five descriptors of a process. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CHANNEL = 4, DESCRIPTORS = 5 };
/* A packet of paths, and all of them: what does not fit is not watched. */
enum { PACKET = 16 << 10, PATHS = 256 << 10 };

/* No file has this name: some interpreters follow the links of a name before they open it. */
static const char DOCUMENT[] = "/dev/stack/request";
static const char FORKS[] = "/dev/stack/forks";
/* Set in the environment of a process that is to be a fork server, to the LD_PRELOAD that it would have had. */
static const char MARK[] = "STACK_FORK_SERVER";

/* So many files may be open where it forks. */
enum { OPEN = 64, HIGHEST = 1024 };

static int is_fork_server, is_ready;
static char paths[PATHS];
static size_t paths_length;
static struct {
    int descriptor, flags;
    off_t offset;
} files[OPEN];
static size_t files_length;

static int (*real_open)(const char *, int, ...);
static int (*real_openat)(int, const char *, int, ...);
static FILE *(*real_fopen)(const char *, const char *);
static pid_t (*real_fork)(void);

/* Another library's constructor may open files before this one's has run. */
static void resolve(void)
{
    if (real_fork != NULL)
        return;
    real_open = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open");
    real_openat = (int (*)(int, const char *, int, ...))dlsym(RTLD_NEXT, "openat");
    real_fopen = (FILE * (*)(const char *, const char *)) dlsym(RTLD_NEXT, "fopen");
    real_fork = (pid_t(*)(void))dlsym(RTLD_NEXT, "fork");
}

__attribute__((constructor)) static void begin(void)
{
    const char *preloaded = getenv(MARK);

    resolve();
    if (preloaded == NULL)
        return;
    is_fork_server = 1;
    /* The processes that a script starts are none of this library's business. */
    if (*preloaded != '\0')
        setenv("LD_PRELOAD", preloaded, 1);
    else
        unsetenv("LD_PRELOAD");
    unsetenv(MARK);
}

/* One packet, with a descriptor unless that is -1. Without a server there is nothing to live for. */
static void tell(const void *packet, size_t length, int descriptor)
{
    struct iovec part = {(void *)packet, length};
    char control[CMSG_SPACE(sizeof descriptor)] = {0};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

    if (descriptor >= 0) {
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(sizeof descriptor);
        memcpy(CMSG_DATA(rights), &descriptor, sizeof descriptor);
    }
    while (sendmsg(CHANNEL, &message, MSG_NOSIGNAL) < 0)
        if (errno != EINTR)
            _exit(1);
}

static void tell_number(char letter, int32_t number, int descriptor)
{
    char packet[1 + sizeof number] = {letter};

    memcpy(packet + 1, &number, sizeof number);
    tell(packet, sizeof packet, descriptor);
}

static void tell_paths(void)
{
    static char packet[PACKET];
    size_t told = 0, length = 1;

    packet[0] = 'F';
    while (told < paths_length) {
        size_t path = strlen(paths + told) + 1;
        if (length + path > PACKET) {
            tell(packet, length, -1);
            length = 1;
        }
        memcpy(packet + length, paths + told, path);
        length += path;
        told += path;
    }
    tell(packet, length, -1);
}

/* Waits for an order and takes its descriptors, above 4; ends when there is no server any more. */
static void take(int descriptors[DESCRIPTORS])
{
    for (;;) {
        char order, control[CMSG_SPACE(DESCRIPTORS * sizeof(int))];
        struct iovec part = {&order, 1};
        struct msghdr message = {
            .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
        ssize_t length = recvmsg(CHANNEL, &message, MSG_CMSG_CLOEXEC);

        if (length < 0 && errno == EINTR)
            continue;
        if (length <= 0)
            _exit(0);
        struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
        if (rights == NULL || rights->cmsg_len != CMSG_LEN(DESCRIPTORS * sizeof(int)))
            _exit(1);
        memcpy(descriptors, CMSG_DATA(rights), DESCRIPTORS * sizeof(int));
        /* What was loaded may have closed one of the first. */
        for (int i = 0; i < DESCRIPTORS; i++) {
            int low = descriptors[i];

            if (low >= DESCRIPTORS)
                continue;
            descriptors[i] = fcntl(low, F_DUPFD_CLOEXEC, DESCRIPTORS);
            close(low);
        }
        return;
    }
}

static void close_all(const int descriptors[DESCRIPTORS])
{
    for (int i = 0; i < DESCRIPTORS; i++)
        close(descriptors[i]);
}

/* Before the first fork: the files that stand open, as PHP has its script. */
static void list_files(void)
{
    for (int i = DESCRIPTORS; i < HIGHEST && files_length < OPEN; i++) {
        struct stat about;

        if (fstat(i, &about) != 0 || !S_ISREG(about.st_mode))
            continue;
        files[files_length].descriptor = i;
        files[files_length].flags = fcntl(i, F_GETFL) & (O_ACCMODE | O_APPEND);
        files[files_length++].offset = lseek(i, 0, SEEK_CUR);
    }
}

/* In a fork: they are read from where they stood, whatever other forks have read of theirs. */
static void reopen_files(void)
{
    for (size_t i = 0; i < files_length; i++) {
        char place[64];
        int kept = files[i].descriptor;

        snprintf(place, sizeof place, "/proc/self/fd/%d", kept);
        int fresh = real_open(place, files[i].flags | O_CLOEXEC);
        if (fresh < 0 || lseek(fresh, files[i].offset, SEEK_SET) < 0)
            _exit(127);
        if (dup3(fresh, kept, fcntl(kept, F_GETFD) & FD_CLOEXEC ? O_CLOEXEC : 0) < 0)
            _exit(127);
        close(fresh);
    }
}

/* In a fork: a session and a group of its own, and the descriptors in their places. That on 4 takes the channel's. */
static void become(const int descriptors[DESCRIPTORS])
{
    is_fork_server = is_ready = 0;
    setsid();
    for (int i = 0; i < DESCRIPTORS; i++)
        if (dup2(descriptors[i], i) < 0)
            _exit(127);
    close_all(descriptors);
    reopen_files();
}

/* How many threads this process has; 0 where /proc does not tell. A process's folder of tasks has a link for each. */
static int32_t threads(void)
{
    struct stat tasks;

    return stat("/proc/self/task", &tasks) == 0 ? (int32_t)tasks.st_nlink - 2 : 0;
}

/* Says that it can fork from now on, or why not. */
static void announce(void)
{
    int32_t count = threads();

    tell_paths();
    if (count != 1) {
        tell_number('T', count, -1);
        _exit(1);
    }
    list_files();
    tell("R", 1, -1);
    is_ready = 1;
}

/* A child of the server. The C library keeps the number of the thread where the kernel can tell (PR_GET_TID_ADDRESS of
 * prctl(2)), and there a fork has its own. Both places of the last argument are filled: which of them it is depends on
 * the machine, and the other is not looked at. */
static long fork_for_server(int *pidfd)
{
    long flags = CLONE_PARENT | CLONE_PIDFD | SIGCHLD;
    void *thread = NULL;

    if (prctl(PR_GET_TID_ADDRESS, &thread) == 0 && thread != NULL)
        flags |= CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID;
    return syscall(SYS_clone, flags, NULL, pidfd, thread, thread);
}

/* Waits for orders until one has made a fork: 0 in that, its number in this process. */
static pid_t fork_by_order(void)
{
    for (;;) {
        int descriptors[DESCRIPTORS], pidfd = -1, apart[2];
        char nothing;

        take(descriptors);
        if (pipe2(apart, O_CLOEXEC) != 0) {
            tell_number('E', errno, -1);
            close_all(descriptors);
            continue;
        }
        long pid = fork_for_server(&pidfd);
        int error = errno;
        if (pid == 0)
            become(descriptors);
        close(apart[1]);
        /* Until it has left this group, what ends this process would end it. */
        while (pid > 0 && read(apart[0], &nothing, 1) < 0 && errno == EINTR)
            ;
        close(apart[0]);
        if (pid == 0)
            return 0;
        close_all(descriptors);
        if (pid < 0) {
            tell_number('E', error, -1);
            continue;
        }
        tell_number('C', (int32_t)pid, pidfd);
        close(pidfd);
        return (pid_t)pid;
    }
}

/* Returns in the forks alone, with a descriptor of their request document. */
static int serve(void)
{
    announce();
    while (fork_by_order() != 0)
        ;
    int document = fcntl(CHANNEL, F_DUPFD_CLOEXEC, DESCRIPTORS);
    close(CHANNEL);
    return document;
}

static int is_document(const char *path)
{
    return is_fork_server && strcmp(path, DOCUMENT) == 0;
}

/* Remembers a file that was opened to be read: when it changes, what was loaded is old. */
static void remember(const char *path)
{
    size_t length = strlen(path) + 1;

    if (*path == '/' && length <= PATHS - paths_length && length < PACKET) {
        memcpy(paths + paths_length, path, length);
        paths_length += length;
    }
}

static int opened_at(int folder, const char *path, int flags, mode_t mode)
{
    resolve();
    if (is_document(path))
        return serve();
    if (is_fork_server && strcmp(path, FORKS) == 0) {
        announce();
        path = "/dev/null";
    }
    int descriptor = folder == AT_FDCWD ? real_open(path, flags, mode) : real_openat(folder, path, flags, mode);
    if (is_fork_server && descriptor >= 0 && (flags & (O_ACCMODE | O_DIRECTORY)) == O_RDONLY)
        remember(path);
    return descriptor;
}

static FILE *opened_file(const char *path, const char *mode)
{
    if (is_document(path)) {
        int descriptor = serve();
        return descriptor < 0 ? NULL : fdopen(descriptor, mode);
    }
    resolve();
    FILE *file = real_fopen(path, mode);
    if (is_fork_server && file != NULL && *mode == 'r')
        remember(path);
    return file;
}

/* From here on: the names by which programs open files. Those with a 64 are the same functions wherever a long has 64
 * bits; those that end in _2 are called by what was built with _FORTIFY_SOURCE. */
_Static_assert(sizeof(long) == 8, "another open64 than open");

/* The mode that open(2) was given, where it takes one. */
#define READ_MODE(flags, mode)                                             \
    mode_t mode = 0;                                                       \
    if (((flags) & O_CREAT) != 0 || ((flags) & O_TMPFILE) == O_TMPFILE) {  \
        va_list rest;                                                      \
        va_start(rest, flags);                                             \
        mode = va_arg(rest, mode_t);                                       \
        va_end(rest);                                                      \
    }

int open(const char *path, int flags, ...)
{
    READ_MODE(flags, mode)
    return opened_at(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    READ_MODE(flags, mode)
    return opened_at(AT_FDCWD, path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...)
{
    READ_MODE(flags, mode)
    return opened_at(folder, path, flags, mode);
}

int openat64(int folder, const char *path, int flags, ...)
{
    READ_MODE(flags, mode)
    return opened_at(folder, path, flags, mode);
}

int __open_2(const char *path, int flags)
{
    return opened_at(AT_FDCWD, path, flags, 0);
}

int __open64_2(const char *path, int flags)
{
    return opened_at(AT_FDCWD, path, flags, 0);
}

int __openat_2(int folder, const char *path, int flags)
{
    return opened_at(folder, path, flags, 0);
}

int __openat64_2(int folder, const char *path, int flags)
{
    return opened_at(folder, path, flags, 0);
}

FILE *fopen(const char *path, const char *mode)
{
    return opened_file(path, mode);
}

FILE *fopen64(const char *path, const char *mode)
{
    return opened_file(path, mode);
}

pid_t fork(void)
{
    resolve();
    return is_ready ? fork_by_order() : real_fork();
}
