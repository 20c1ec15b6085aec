// @bun
// What the bridge needs of Bun. The first line tells Bun that there is nothing to transpile. The name under which it is
// run has no extension, since Bun would read one that has in a thread, which has to be started first.

// Another thread reads too, while the rest of this file runs: without one it takes node's fs, and 3 ms.
const document = Bun.file(process.env.STACK_REQUEST ?? '/dev/fd/4').text();
delete process.env.STACK_REQUEST;

const PIPE_BUF = 4096;
const program = process;

const runtime = {
  readDocument: () => document,
  script: Bun.pathToFileURL(Bun.main).href,
  output: { file: Bun.file(1) },
  control: { file: Bun.file(Number(process.env.STACK_CONTROL.slice('/dev/fd/'.length))) },
  env: () => process.env,
  inspect: Bun.inspect,
  setVariables: variables => Object.assign(process.env, variables),

  // One system call for each part, made at once: of so much a pipe takes all or nothing. It takes nothing when it is
  // full and a child process made it non-blocking; then Bun waits, and so does all that is written next.
  write(output, bytes) {
    for (let offset = 0; offset < bytes.length; offset += PIPE_BUF) {
      const part = bytes.subarray(offset, offset + PIPE_BUF);
      if (output.late) {
        const copy = part.slice();
        output.late = output.late.then(() => Bun.write(output.file, copy));
      } else {
        const written = Bun.write(output.file, part);
        const status = Bun.peek.status(written);
        if (status === 'pending') output.late = written;
        if (status === 'rejected') {
          written.catch(() => {});
          throw Bun.peek(written);
        }
      }
    }
    return output.late;
  },

  watch() {
    const isOnlyOurs = event => process.listenerCount(event) === 1;
    process.on('uncaughtException', error => isOnlyOurs('uncaughtException') && fail(error));
    process.on('unhandledRejection', error => {
      if (isOnlyOurs('unhandledRejection')) throw error;
    });
    process.once('beforeExit', settle);
  },

  atExit: listener => process.once('exit', listener),
  makeModule: () => ({}),
};

