BEGIN {
    counter++
    getline stat < "/proc/self/stat"
    split(stat, fields, " ")
    printf "%d %d", counter, fields[1]
}
