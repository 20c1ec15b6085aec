package main

import (
	"fmt"
	"os"
	_ "stack" // Sets the variables of the request before anything else runs.
)

var method = os.Getenv("REQUEST_METHOD")

func main() {
	fmt.Printf("%s|%s|%s\n", os.Getenv("T_A"), method, os.Getenv("HTTP_X_B"))
}
