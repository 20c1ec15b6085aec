const block: string = '0123456789abcde\n'.repeat(4096);

export default function ({ res }: any): void {
  for (let written = 0; written < 100 * 2 ** 20; written += block.length) res.write(block);
}
