// A service of TypeScript: a fresh process answers each request.

interface Hook {
  params: Record<string, string>; // of the query, a form, JSON, or an upload
  req: AsyncIterable<Uint8Array> & { method: string; url: string; path: string; headers: Record<string, string> };
  res: {
    status(code: number): Hook['res'];
    setHeader(name: string, value: string): Hook['res'];
    write(text: string): boolean; // sent at once: one that waits between its writes streams
    end(text: string): Hook['res'];
  };
  log(...words: unknown[]): void; // a line in the log; so is everything of console
}

export default async function ({ params, res }: Hook): Promise<void> {
  const name = params.name ?? 'world';

  if (name.length > 100) {
    res.status(400).end('that is a long name');
    return;
  }
  res.setHeader('Content-Type', 'text/plain; charset=utf-8');
  res.write(`hello ${name}\n`);
}
