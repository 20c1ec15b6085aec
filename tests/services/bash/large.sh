printf -v block '0123456789abcde\n%.0s' {1..4096}
for ((count = 0; count < 1600; count++)); do
    printf %s "$block"
done
