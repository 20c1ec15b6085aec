// stack ./echo.go
// curl 'http://127.0.0.1:3000/?foo=bar'

package main

import (
	"fmt"
	"stack"
)

func main() {
	fmt.Println("Hello, this is a Go script.")
	fmt.Println("stack.Params is:")
	for name, value := range stack.Params {
		fmt.Println(name, "=", value)
	}
}
