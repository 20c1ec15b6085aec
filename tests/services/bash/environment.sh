echo "$hook_env_T_A|${hook_env[REQUEST_METHOD]}|$HTTP_X_B"
