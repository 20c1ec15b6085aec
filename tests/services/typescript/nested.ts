export default function ({ params, res }: any): void {
  const list: string[] = params.l;
  res.end([params.a.b, ...list].join('\n'));
}
