{ print hook_params["a"], hook_params["b"], $0 }
