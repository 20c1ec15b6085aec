// The third line does not parse.
package main
func main() { x := }
