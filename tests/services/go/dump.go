package main

import (
	"fmt"
	"stack"
)

func main() {
	for name, value := range stack.Params {
		fmt.Printf("%d:%s%d:%s", len(name), name, len(value), value)
	}
}
