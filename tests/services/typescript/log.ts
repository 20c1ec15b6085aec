export default function ({ log, res }: any): void {
  const five: number = 5;
  log('a', 'log', five);
  process.stderr.write('an error\n');
  res.end('body');
}
