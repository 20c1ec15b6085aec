puts "#{hook.params.a} #{hook.params.b} #{$stdin.read}"
