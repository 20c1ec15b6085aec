package main

import (
	"fmt"
	"os"
	"stack"
)

func main() {
	for _, fact := range []string{"filename", "type", "size"} {
		fmt.Println(stack.Param("f[" + fact + "]"))
	}
	content, err := os.ReadFile(stack.Files["f"])
	if err != nil {
		panic(err)
	}
	stack.Write(content)
}
