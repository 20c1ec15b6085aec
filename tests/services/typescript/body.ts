import { pipeline } from 'node:stream/promises';

export default async ({ req, res }: any): Promise<void> => pipeline(req, res);
