package main

import (
	"fmt"
	"time"
)

func main() {
	for tick := 1; tick <= 3; tick++ {
		if tick > 1 {
			time.Sleep(500 * time.Millisecond)
		}
		fmt.Println(tick)
	}
}
