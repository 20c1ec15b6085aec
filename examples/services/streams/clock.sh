# stack ./clock.sh
# curl 'http://127.0.0.1:3000/?count=3'

count=${hook_params_count:-10}

# Bash would run what stands in the brackets of a "number" such as a[$(id)].
if [[ ! $count =~ ^(0|[1-9][0-9]{0,5})$ ]]; then
    status 400
    echo "count is a number up to 999999"
    exit
fi

for ((tick = 0; tick < count; tick++)); do
    if ((tick > 0)); then sleep 0.5; fi
    printf '%(%H:%M:%S)T\n' -1
done
