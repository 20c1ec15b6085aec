export default function ({ res }: any): void {
  const headers: Record<string, string> = { 'X-A': 'b' };
  res.writeHead(201, 'Made', headers);
  res.end('text');
}
