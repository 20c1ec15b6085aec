// The third line is no JavaScript.
const greeting = 'hello';
const answer = = greeting;
