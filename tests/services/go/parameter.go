package main

import (
	"fmt"
	"stack"
)

func main() {
	fmt.Print(stack.Param("v"))
}
