package main

import (
	"fmt"
	"stack"
)

func main() {
	stack.WriteHead(201, "Made", map[string]string{"X-A": "b"})
	fmt.Println("text")
}
