// stack ./echo.ts
// curl 'http://127.0.0.1:3000/?foo=bar'

type Hook = { params: Record<string, string>; res: { write(text: string): void; end(text: string): void } };

export default function (hook: Hook): void {
  hook.res.write('Hello, this is a TypeScript script.\n');
  hook.res.write('hook.params is:\n');
  hook.res.end(JSON.stringify(hook.params));
}
