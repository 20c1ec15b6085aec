// stack ./status.ts
// curl -i 'http://127.0.0.1:3000/?code=418'

interface Response {
  status(code: number): this;
  setHeader(name: string, value: string): this;
  end(text: string): this;
}

export default function ({ params, res }: { params: { code?: string }; res: Response }): void {
  res.status(Number(params.code ?? 404));
  res.setHeader('X-Service', 'status');
  res.end('as you asked');
}
