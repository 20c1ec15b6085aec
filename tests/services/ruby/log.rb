hook.log("a", "log", 5)
warn "an error"
puts "body"
