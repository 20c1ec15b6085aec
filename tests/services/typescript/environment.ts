export default function ({ env, res }: any): void {
  const own: string | undefined = process.env.HTTP_X_B;
  res.end(`${env.T_A}|${env.REQUEST_METHOD}|${own}`);
}
