package main

import (
	"fmt"
	"time"
)

func main() {
	fmt.Println("begun")
	time.Sleep(time.Minute)
}
