package main

import (
	"fmt"
	"stack"
)

func main() {
	fmt.Println("one")
	stack.End("two")
	fmt.Println("three")
	panic("this is never reached")
}
