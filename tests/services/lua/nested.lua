print(hook.params.a.b)
print(hook.params.l[1])
print(hook.params.l[2])
