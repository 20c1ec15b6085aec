package main

import (
	"fmt"
	"os"
)

var counter int

func main() {
	counter++
	fmt.Print(counter, " ", os.Getpid())
}
