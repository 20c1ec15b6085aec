# stack ./uploader.sh
# curl -F title=notes -F f=@notes.txt http://127.0.0.1:3000/
# curl -F back=1 -F f=@notes.txt http://127.0.0.1:3000/

header Content-Type 'text/plain; charset=utf-8'

# Only uploaded files are in Hook_files: a parameter named f_path could name any file of this machine.
file=${Hook_files[f]}
if [[ -z $file ]]; then
    status 400
    echo "There is no file in the field f."
    exit
fi

if [[ -n $hook_params_back ]]; then
    cat "$file"
    exit
fi

read -r digest _ < <(sha256sum "$file")
echo "title: $hook_params_title"
echo "file: $hook_params_f_filename, $hook_params_f_size bytes, $hook_params_f_type"
echo "sha256: $digest"
