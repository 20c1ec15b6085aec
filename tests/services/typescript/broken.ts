// The third line does not parse.
const begun: number = 1;
const broken: number = = 2;
