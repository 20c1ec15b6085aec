BEGIN {
    for (count = 1; count <= 3; count++) {
        if (count > 1) system("sleep 0.5")
        print count
    }
}
