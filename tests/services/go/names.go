package main

import (
	"fmt"
	"stack"
)

func main() {
	fmt.Println(stack.Param("foo"))
	fmt.Println(stack.ParamOr("foo", "none"))
	fmt.Println(stack.Params["foo"])
	fmt.Println(stack.Req.Params["foo"])
}
