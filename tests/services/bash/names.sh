printf '%s\n' "$Hook_params_foo" "$hook_params_foo" "${Hook_params[foo]}" "${hook_params[foo]}"
printf '%s\n' "${Hook_req_params[foo]}" "${hook_req_params[foo]}" "${Hook_input_params[foo]}" "${hook_input_params[foo]}"
