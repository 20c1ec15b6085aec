puts hook.params.a.b
puts hook.params.l[0]
puts hook.params.l[1]
