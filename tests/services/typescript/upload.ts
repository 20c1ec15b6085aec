type Upload = { filename: string, type: string, size: number, pipe(to: unknown): void };

export default function ({ params, res }: any): void {
  const file: Upload = params.f;
  res.write(`${file.filename}\n${file.type}\n${file.size}\n`);
  file.pipe(res);
}
