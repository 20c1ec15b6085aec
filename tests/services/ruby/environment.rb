puts "#{hook.env.T_A}|#{hook.env["REQUEST_METHOD"]}|#{ENV["HTTP_X_B"]}"
