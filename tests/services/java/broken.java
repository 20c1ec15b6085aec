// The third line does not parse.
class Broken {
    int one = ; }
