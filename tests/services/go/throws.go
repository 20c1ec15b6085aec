// The third line panics.
package main
func fail() { panic("the reason") }

func main() {
	fail()
}
