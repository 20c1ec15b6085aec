for (count in 1:3) {
    if (count > 1) Sys.sleep(0.5)
    cat(count, "\n", sep = "")
}
