export default function ({ res }: any): void {
  res.write('one\n');
  res.end('two' as string);
  res.write('three\n');
  throw new Error('too late to matter');
}
