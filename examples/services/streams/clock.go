// stack ./clock.go
// curl 'http://127.0.0.1:3000/?count=3'

package main

import (
	"fmt"
	"stack"
	"strconv"
	"time"
)

func main() {
	count, err := strconv.ParseUint(stack.ParamOr("count", "10"), 10, 32)
	if err != nil || count > 999999 {
		stack.Status(400)
		stack.End("count is a number up to 999999")
	}
	for tick := uint64(0); tick < count; tick++ {
		if tick > 0 {
			time.Sleep(500 * time.Millisecond)
		}
		fmt.Println(time.Now().Format("15:04:05"))
	}
}
