echo "$hook_params_a $hook_params_b $(cat)"
