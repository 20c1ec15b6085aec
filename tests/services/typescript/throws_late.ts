// Throws after the answer has begun.
function fail(reason: string): never {
  throw new Error(reason);
}

process.stdout.write('before\n');
fail('the reason');
