/* What the kernel and posix_spawn(3) alone can do: `spawn_loop PROGRAM SECONDS` has two workers, each of
 * which starts PROGRAM with a pipe as its standard output, reads that to its end, reaps the process, and
 * starts the next. Prints the starts per second. The C library clones as vfork(2) does, without a copy of
 * the memory, and the program gets an empty environment. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WORKERS = 2 };

static char *program;
static double deadline;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void must(int fine, const char *what)
{
    if (!fine) {
        perror(what);
        exit(1);
    }
}

static void start_one(void)
{
    char *arguments[] = {program, NULL}, *environment[] = {NULL}, buffer[64];
    int ends[2], status;
    pid_t pid;
    posix_spawn_file_actions_t actions;

    must(pipe2(ends, O_CLOEXEC) == 0, "pipe2");
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    must(posix_spawn(&pid, program, &actions, NULL, arguments, environment) == 0, program);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    while (read(ends[0], buffer, sizeof buffer) > 0)
        ;
    close(ends[0]);
    must(waitpid(pid, &status, 0) == pid && status == 0, program);
}

static void *work(void *count)
{
    while (now() < deadline) {
        start_one();
        ++*(long *)count;
    }
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t workers[WORKERS];
    long counts[WORKERS] = {0}, total = 0;
    double begin = now();

    if (argc != 3)
        return 2;
    program = argv[1];
    deadline = begin + atof(argv[2]);
    for (int i = 0; i < WORKERS; i++)
        must(pthread_create(&workers[i], NULL, work, &counts[i]) == 0, "pthread_create");
    for (int i = 0; i < WORKERS; i++) {
        pthread_join(workers[i], NULL);
        total += counts[i];
    }
    printf("%.1f\n", (double)total / (now() - begin));
    return 0;
}
