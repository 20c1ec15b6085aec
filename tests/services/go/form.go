package main

import (
	"fmt"
	"io"
	"os"
	"stack"
)

func main() {
	body, _ := io.ReadAll(os.Stdin)
	fmt.Println(stack.Param("a"), stack.Param("b"), string(body))
}
