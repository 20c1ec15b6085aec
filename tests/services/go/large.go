package main

import (
	"os"
	"strings"
)

func main() {
	block := strings.Repeat("0123456789abcde\n", 4096)
	for count := 0; count < 1600; count++ {
		os.Stdout.WriteString(block)
	}
}
