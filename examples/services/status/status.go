// stack ./status.go
// curl -i 'http://127.0.0.1:3000/?code=418'

package main

import (
	"fmt"
	"stack"
	"strconv"
)

func main() {
	code, err := strconv.Atoi(stack.ParamOr("code", "404"))
	if err != nil {
		code = 400
	}
	stack.Status(code)
	stack.Header("X-Service", "status")
	fmt.Println("as you asked")
}
