import { setTimeout as sleep } from 'node:timers/promises';

export default async function ({ res }: any): Promise<void> {
  for (const second of [1, 2, 3] as const) {
    if (second > 1) await sleep(500);
    res.write(`${second}\n`);
  }
}
