type Given = { params: Record<string, string> };
declare const Hook: Given & { input: Given, req: Given };
declare const service: Given;

export default function (hook: any): void {
  const everywhere: Given[] = [hook, Hook, service, (globalThis as any).hook, hook.req, Hook.req, Hook.input];
  for (const { params } of everywhere) hook.res.write(`${params.foo}\n`);
  hook.res.write(`${hook['params']['foo']}\n`);
}
