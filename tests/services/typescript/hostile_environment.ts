const names: readonly string[] = ['PATH', 'LD_PRELOAD', 'BASH_ENV', 'https_proxy', 'IFS'];

for (const name of names) process.stdout.write(`${name}=${process.env[name] ?? ''}\n`);
