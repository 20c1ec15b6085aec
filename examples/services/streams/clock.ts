// stack ./clock.ts
// curl 'http://127.0.0.1:3000/?count=3&interval=500'

import { setTimeout as sleep } from 'node:timers/promises';

type Hook = { params: { count?: string; interval?: string }; res: { write(text: string): boolean } };

export default async function ({ params, res }: Hook): Promise<void> {
  const count = Number(params.count ?? 10);
  const interval = Number(params.interval ?? 1000);
  for (let tick = 0; tick < count; tick++) {
    if (tick > 0) await sleep(interval);
    res.write(`${new Date().toISOString()}\n`);
  }
}
