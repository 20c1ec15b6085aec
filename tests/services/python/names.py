print(hook.params.foo, hook["params"]["foo"], hook["params"].foo, hook.params["foo"], sep="\n")
print(Hook.params.foo, Hook["params"]["foo"], service.params.foo, service["params"]["foo"], sep="\n")
print(hook.req.params.foo, hook["req"]["params"]["foo"], Hook.req.params.foo, service.req.params.foo, sep="\n")
print(hook.input.params.foo, Hook["input"]["params"]["foo"], input.params.foo, sep="\n")
