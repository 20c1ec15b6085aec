// Throws before any output.
function fail(reason: string): never {
  throw new Error(reason);
}

fail('the reason');
