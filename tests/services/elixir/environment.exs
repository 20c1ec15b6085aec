IO.puts("#{hook.env["T_A"]}|#{hook.env["REQUEST_METHOD"]}|#{System.get_env("HTTP_X_B")}")
