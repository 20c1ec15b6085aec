// The third line does not parse.
int main(void) {
return 0 +; }
