interface Answer { a: (number | boolean | null)[]; b: string; c: object }

export default function ({ res }: any): void {
  const answer: Answer = { a: [1, 1.5, true, null], b: 'é "\n', c: {} };
  res.json(answer);
}
