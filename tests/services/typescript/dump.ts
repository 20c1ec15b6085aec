export default function ({ params, res }: any): void {
  for (const [name, value] of Object.entries<string>(params)) {
    res.write(`${Buffer.byteLength(name)}:${name}${Buffer.byteLength(value)}:${value}`);
  }
}
