package main

import "fmt"

func fail() {
	panic("the reason")
}

func main() {
	fmt.Println("before")
	fail()
}
