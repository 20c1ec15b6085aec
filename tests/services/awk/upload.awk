# Describes the uploaded file and copies its content.
BEGIN {
    print hook_params["f[filename]"]
    print hook_params["f[type]"]
    print hook_params["f[size]"]
    while ((getline line < hook_files["f"]) > 0) {
        printf "%s%s", separator, line
        separator = "\n"
    }
}
