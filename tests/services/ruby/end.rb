puts "one"
hook.res.end("two")
puts "three"
raise "never reached"
