printf '%s\n' "${hook_params['a[b]']}" "${hook_params['l[0]']}" "$hook_params_l_1"
