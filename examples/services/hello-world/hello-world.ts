// stack ./hello-world.ts
// curl http://127.0.0.1:3000/

export default function ({ res }: { res: { end(text: string): void } }): void {
  res.end('hello world');
}
