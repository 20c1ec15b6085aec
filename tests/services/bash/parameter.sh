printf %s "$hook_params_v"
