# Turns text to upper case, each line as it arrives.
#
# echo hi | stack pipe ./upper.sh

while IFS= read -r line || [[ -n $line ]]; do
    printf '%s\n' "${line^^}"
done
