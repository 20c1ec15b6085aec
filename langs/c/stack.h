/* What a service in C is told of its request, and what it says of its answer.
 *
 *     #include <stack.h>
 *     #include <stdio.h>
 *
 *     int main(void)
 *     {
 *         printf("Hello, %s!\n", stack_param_or("name", "world"));
 *     }
 *
 * Standard output is the body of the answer and leaves line by line, standard input is the body of the request,
 * standard error the log; getenv has the variables of CGI. `stack` links the implementation into every program, also
 * into one that does not include this file. To compile without `stack`, define STACK_IMPLEMENTATION in one source
 * before its first #include; run by hand, such a program has no parameters and says nothing to a server.
 */
#ifndef STACK_H
#define STACK_H

#if defined STACK_IMPLEMENTATION && !defined _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The request. All texts are UTF-8 and last as long as the program. */

typedef struct {
    const char *name, *value;
} stack_pair;

/* The parameter of that name, or NULL. What stands in a map or a list is named as in "a[b]" and "l[0]". */
const char *stack_param(const char *name);
/* The same, with a text for when there is none. */
const char *stack_param_or(const char *name, const char *otherwise);
/* Every parameter, in the order in which they came; behind the last one stands one whose name is NULL. */
const stack_pair *stack_params(void);
/* Where the file that was uploaded under that name stands, or NULL. Its other facts are the parameters "f[filename]",
 * "f[type]" and "f[size]". A field named "f[path]" can imitate a file there, but not here. */
const char *stack_file(const char *name);
/* "method", "url", "path", "query", "host", "httpVersion", "connection.remoteAddress", "id", "deadline" in
 * milliseconds, "headers.user-agent", "params.foo"; empty when there is no such thing. */
const char *stack_req(const char *name);

/* The answer. All of this goes before the first byte of standard output, but for trailers and the log. */

void stack_status(int code);
void stack_status_message(const char *message);
/* Sets a header, in place of all earlier ones of its name. */
void stack_header(const char *name, const char *value);
/* Adds one more of its name, as for Set-Cookie. */
void stack_append_header(const char *name, const char *value);
void stack_remove_header(const char *name);
/* Status, its message or NULL, then names and values of headers, then NULL. */
void stack_write_head(int code, const char *message, ...) __attribute__((sentinel));
void stack_trailer(const char *name, const char *value);
/* Writes a line to the server's log, as printf would. */
void stack_log(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Sends bytes of the body at once. */
void stack_write(const void *data, size_t length);
/* Sends the last of the body, unless it is NULL, with a line break, and ends the program with success. */
void stack_end(const char *text) __attribute__((noreturn));

#ifdef __cplusplus
}
#endif

#ifdef STACK_IMPLEMENTATION

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A function of the program's own that has the same name takes its place. */
#define STACK_API __attribute__((weak))

static struct {
    stack_pair *params; /* Ended by one without a name. */
    stack_pair *facts;  /* Everything else that is no variable, under its whole name: "req.method". */
    size_t params_count, facts_count;
    int control;   /* The descriptor for messages; -1 without a server. */
    pid_t process; /* That of the program itself: a child that it forks does not end the answer. */
    int exit_code;
} stack_state = {.control = -1, .exit_code = -1};

/* Messages to the server, one a line, in JSON. */

struct stack_message {
    FILE *stream;
    char *text;
    size_t length;
};

static void stack_begin(struct stack_message *message, const char *type)
{
    message->stream = open_memstream(&message->text, &message->length);
    if (message->stream == NULL) abort();
    fprintf(message->stream, "{\"type\":\"%s\",\"payload\":{", type);
}

/* How many bytes the UTF-8 character at `text` has; 0 where there is no valid one. */
static size_t stack_character(const unsigned char *text)
{
    static const long least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (text[0] < 0x80) return 1;
    if (text[0] < 0xc2 || text[0] > 0xf4) return 0;
    size_t length = text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3 : 4;
    long code = text[0] & (0x7f >> length);
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xc0) != 0x80) return 0;
        code = code << 6 | (text[i] & 0x3f);
    }
    if (code < least[length] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return 0;
    return length;
}

static void stack_quote(FILE *stream, const char *text)
{
    fputc('"', stream);
    while (*text != '\0') {
        size_t length = stack_character((const unsigned char *)text);
        if (length == 0) {
            fputs("\\ufffd", stream);
            length = 1;
        } else if ((unsigned char)*text < 0x20) {
            fprintf(stream, "\\u%04x", *text);
        } else {
            if (*text == '"' || *text == '\\') fputc('\\', stream);
            fwrite(text, 1, length, stream);
        }
        text += length;
    }
    fputc('"', stream);
}

static void stack_member(struct stack_message *message, const char *name, const char *value)
{
    fprintf(message->stream, "\"%s\":", name);
    stack_quote(message->stream, value);
}

static void stack_send(struct stack_message *message)
{
    fputs("}}\n", message->stream);
    if (fclose(message->stream) != 0) abort();
    for (size_t sent = 0; sent < message->length;) {
        ssize_t count = write(stack_state.control, message->text + sent, message->length - sent);
        if (count >= 0) {
            sent += (size_t)count;
        } else if (errno == EAGAIN) {
            /* A child made the pipe that it shares non-blocking. */
            poll(&(struct pollfd){.fd = stack_state.control, .events = POLLOUT}, 1, -1);
        } else if (errno != EINTR) {
            break;
        }
    }
    free(message->text);
}

static void stack_send_field(const char *type, const char *name, const char *value)
{
    struct stack_message message;
    stack_begin(&message, type);
    stack_member(&message, "name", name);
    if (value != NULL) {
        fputc(',', message.stream);
        stack_member(&message, "value", value);
    }
    stack_send(&message);
}

STACK_API void stack_status(int code)
{
    struct stack_message message;
    stack_begin(&message, "status");
    fprintf(message.stream, "\"value\":%d", code);
    stack_send(&message);
}

STACK_API void stack_status_message(const char *text)
{
    struct stack_message message;
    stack_begin(&message, "statusMessage");
    stack_member(&message, "value", text);
    stack_send(&message);
}

STACK_API void stack_header(const char *name, const char *value)
{
    stack_send_field("setHeader", name, value);
}

STACK_API void stack_append_header(const char *name, const char *value)
{
    stack_send_field("appendHeader", name, value);
}

STACK_API void stack_remove_header(const char *name)
{
    stack_send_field("removeHeader", name, NULL);
}

STACK_API void stack_write_head(int code, const char *reason, ...)
{
    struct stack_message message;
    stack_begin(&message, "writeHead");
    fprintf(message.stream, "\"code\":%d,", code);
    if (reason != NULL) {
        stack_member(&message, "message", reason);
        fputc(',', message.stream);
    }
    fputs("\"headers\":[", message.stream);
    va_list headers;
    va_start(headers, reason);
    const char *name, *comma = "";
    while ((name = va_arg(headers, const char *)) != NULL) {
        fprintf(message.stream, "%s[", comma);
        stack_quote(message.stream, name);
        fputc(',', message.stream);
        stack_quote(message.stream, va_arg(headers, const char *));
        fputc(']', message.stream);
        comma = ",";
    }
    va_end(headers);
    fputc(']', message.stream);
    stack_send(&message);
}

STACK_API void stack_trailer(const char *name, const char *value)
{
    struct stack_message message;
    stack_begin(&message, "addTrailers");
    fputs("\"trailers\":[[", message.stream);
    stack_quote(message.stream, name);
    fputc(',', message.stream);
    stack_quote(message.stream, value);
    fputs("]]", message.stream);
    stack_send(&message);
}

STACK_API void stack_log(const char *format, ...)
{
    char *text;
    va_list words;
    va_start(words, format);
    int length = vasprintf(&text, format, words);
    va_end(words);
    if (length < 0) return;
    if (stack_state.control < 0) {
        fprintf(stderr, "%s\n", text);
    } else {
        struct stack_message message;
        stack_begin(&message, "log");
        stack_member(&message, "text", text);
        stack_send(&message);
    }
    free(text);
}

STACK_API void stack_write(const void *data, size_t length)
{
    fwrite(data, 1, length, stdout);
    fflush(stdout);
}

STACK_API void stack_end(const char *text)
{
    if (text != NULL) puts(text);
    exit(EXIT_SUCCESS);
}

/* The request document: lines of a name, a tab and a value. */

static const char *stack_find(const stack_pair *pairs, const char *section, const char *name)
{
    size_t length = strlen(section);
    for (; pairs != NULL && pairs->name != NULL; pairs++) {
        if (strncmp(pairs->name, section, length) == 0 && strcmp(pairs->name + length, name) == 0) return pairs->value;
    }
    return NULL;
}

STACK_API const char *stack_param(const char *name)
{
    return stack_find(stack_state.params, "", name);
}

STACK_API const char *stack_param_or(const char *name, const char *otherwise)
{
    const char *value = stack_find(stack_state.params, "", name);
    return value != NULL ? value : otherwise;
}

STACK_API const stack_pair *stack_params(void)
{
    static const stack_pair none;
    return stack_state.params != NULL ? stack_state.params : &none;
}

STACK_API const char *stack_file(const char *name)
{
    return stack_find(stack_state.facts, "files.", name);
}

STACK_API const char *stack_req(const char *name)
{
    int is_param = strncmp(name, "params.", 7) == 0;
    const stack_pair *pairs = is_param ? stack_state.params : stack_state.facts;
    const char *value = stack_find(pairs, is_param ? "" : "req.", is_param ? name + 7 : name);
    return value != NULL ? value : "";
}

/* Undoes the escapes of a name or value where it stands: it only becomes shorter. */
static char *stack_unescape(char *text)
{
    char *to = strchr(text, '\\');
    for (char *from = to; from != NULL && *from != '\0'; from++) {
        if (*from == '\\' && from[1] != '\0') {
            char letter = *++from;
            *to++ = letter == 'n' ? '\n' : letter == 't' ? '\t' : letter == 'r' ? '\r' : letter;
        } else {
            *to++ = *from;
        }
    }
    if (to != NULL) *to = '\0';
    return text;
}

static void stack_take(char *name, char *value)
{
    if (strncmp(name, "env.", 4) == 0) {
        setenv(name + 4, value, 1);
    } else if (strncmp(name, "params.", 7) == 0) {
        stack_state.params[stack_state.params_count++] = (stack_pair){name + 7, value};
    } else if (strncmp(name, "flat.", 5) != 0) {
        stack_state.facts[stack_state.facts_count++] = (stack_pair){name, value};
    }
}

/* Everything that the descriptor gives, ended by a NUL. */
static char *stack_read(int descriptor, size_t *length)
{
    size_t capacity = 16 << 10;
    char *text = malloc(capacity);
    *length = 0;
    while (text != NULL) {
        ssize_t count = read(descriptor, text + *length, capacity - *length - 1);
        if (count == 0 || (count < 0 && errno != EINTR)) break;
        if (count > 0) *length += (size_t)count;
        if (*length + 1 == capacity) text = realloc(text, capacity *= 2);
    }
    if (text == NULL) abort();
    text[*length] = '\0';
    return text;
}

/* The descriptor that such a variable names, or -1. */
static int stack_descriptor(const char *variable, int flags)
{
    const char *path = getenv(variable);
    if (path == NULL) return -1;
    return strncmp(path, "/dev/fd/", 8) == 0 ? atoi(path + 8) : open(path, flags | O_CLOEXEC);
}

#ifdef __GLIBC__
static void stack_note_exit(int code, void *unused)
{
    (void)unused;
    stack_state.exit_code = code;
}

/* The last of all destructors: nothing can be written after it. The answer is complete unless the program failed, or
 * left a child behind that could still write. */
__attribute__((destructor(101))) static void stack_finish(void)
{
    if (stack_state.exit_code != 0 || stack_state.process != getpid() || fflush(stdout) != 0) return;
    if (waitid(P_ALL, 0, NULL, WEXITED | WNOHANG | WNOWAIT) == 0 || errno != ECHILD) return;
    struct stack_message message;
    stack_begin(&message, "end");
    stack_send(&message);
}
#endif

/* The first of all constructors: waits for the request. */
__attribute__((constructor(101))) static void stack_start(void)
{
    int descriptor = stack_descriptor("STACK_REQUEST", O_RDONLY);
    if (descriptor < 0) return;
    size_t length;
    char *text = stack_read(descriptor, &length);
    if (length == 0) _exit(1);
    close(descriptor);
    unsetenv("STACK_REQUEST");
    stack_state.control = stack_descriptor("STACK_CONTROL", O_WRONLY);
    stack_state.process = getpid();

    size_t lines = 1;
    for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++) lines++;
    stack_state.params = calloc(lines, sizeof *stack_state.params);
    stack_state.facts = calloc(lines, sizeof *stack_state.facts);
    if (stack_state.params == NULL || stack_state.facts == NULL) abort();
    for (char *line = text, *stop; (stop = strchr(line, '\n')) != NULL; line = stop + 1) {
        *stop = '\0';
        char *tab = strchr(line, '\t');
        if (tab == NULL) continue;
        *tab = '\0';
        stack_take(stack_unescape(line), stack_unescape(tab + 1));
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
#ifdef __GLIBC__
    on_exit(stack_note_exit, NULL);
#endif
}

#endif
#endif
