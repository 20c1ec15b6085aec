export default async function ({ res }: any): Promise<void> {
  res.write('begun\n');
  await new Promise<void>(wake => setTimeout(wake, 60_000));
}
