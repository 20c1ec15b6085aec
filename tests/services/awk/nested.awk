BEGIN {
    print hook_params["a[b]"]
    print hook_params["l[0]"]
    print hook_params["l[1]"]
}
