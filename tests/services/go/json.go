package main

import "stack"

func main() {
	stack.JSON(map[string]any{"a": []any{1, 1.5, true, nil}, "b": "é \"\n", "c": map[string]any{}})
}
