package main

import (
	"fmt"
	"stack"
)

func main() {
	for _, name := range []string{"a[b]", "l[0]", "l[1]"} {
		fmt.Println(stack.Param(name))
	}
}
