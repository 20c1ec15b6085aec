declare global { var counter: number | undefined }

export default function ({ res }: any): void {
  globalThis.counter = (globalThis.counter ?? 0) + 1;
  res.write(`${globalThis.counter} ${process.pid}`);
}
