BEGIN { printf "%s", hook_params["v"] }
