package main

import (
	"fmt"
	"stack"
)

func main() {
	req := stack.Req
	fmt.Printf("%s\n%s\n%s\n%s\n", req.Method, req.URL, req.Path, req.Query)
	fmt.Printf("%s\n%s\n%s\n", req.Header("X-A"), req.Host, req.HTTPVersion)
	fmt.Printf("%s\n%s\n%d\n", req.RemoteAddress, req.ID, req.Deadline)
	fmt.Println(stack.Param("a"))
}
