// A service in Go: a fresh process answers each request, and what it prints is the body.
package main

import (
	"fmt"
	"stack"
)

func main() {
	name := stack.ParamOr("name", "world") // of the query, a form, JSON, or an upload

	if len(name) > 100 {
		stack.Status(400)
		fmt.Println("that is a long name")
		return
	}
	stack.Header("Content-Type", "text/plain; charset=utf-8")
	// Every line is sent at once: a loop that sleeps between its lines streams.
	fmt.Println("hello", name)
}

// stack.Req          Method, URL, Path, Headers; os.Stdin is the request's body
// stack.Log("words") a line in the log; so is everything on os.Stderr
