// stack ./hello-world.go
// curl http://127.0.0.1:3000/

package main

import "fmt"

func main() {
	fmt.Println("hello world")
}
