print(hook.env.T_A .. "|" .. hook.env.REQUEST_METHOD .. "|" .. os.getenv("HTTP_X_B"))
