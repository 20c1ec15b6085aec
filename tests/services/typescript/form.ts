import { text } from 'node:stream/consumers';

export default async function ({ params, req, res }: any): Promise<void> {
  const whole: string = await text(req);
  res.end(`${params.a} ${params.b} ${whole}`);
}
