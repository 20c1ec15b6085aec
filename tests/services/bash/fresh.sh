count=$((count + 1))
printf '%s %s' "$count" $$
