package main

import (
	"fmt"
	"os"
	"stack"
)

func main() {
	stack.Log("a", "log", 5)
	fmt.Fprintln(os.Stderr, "an error")
	fmt.Println("body")
}
