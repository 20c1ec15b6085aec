print(hook.params.a.b)
print(hook["params"]["l"][0])
print(hook.params.l[1])
