printf '%s\n' "$hook_params_f_filename" "$hook_params_f_type" "$hook_params_f_size"
cat "${hook_files[f]}"
