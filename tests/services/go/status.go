package main

import (
	"fmt"
	"stack"
)

func main() {
	stack.Status(404)
	stack.StatusMessage("Not Here")
	stack.Header("X-A", "lost")
	stack.Header("x-a", "b c")
	stack.Header("X-Gone", "1")
	stack.RemoveHeader("X-Gone")
	stack.AppendHeader("X-L", "1")
	stack.AppendHeader("X-L", "2")
	stack.AppendHeader("Set-Cookie", "a=1")
	stack.AppendHeader("Set-Cookie", "b=2")
	stack.Trailer("X-Sum", "5")
	fmt.Print("text")
}
