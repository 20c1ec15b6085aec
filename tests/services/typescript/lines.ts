import { createInterface } from 'node:readline';

export default async function ({ req, res }: any): Promise<void> {
  for await (const line of createInterface({ input: req }) as AsyncIterable<string>) res.write(`got ${line}\n`);
}
