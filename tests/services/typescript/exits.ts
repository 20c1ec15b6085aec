const status: number = 3;
process.exit(status);
