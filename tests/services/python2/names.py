print hook["params"]["foo"]
print hook.params.foo
print Hook["params"]["foo"]
print Hook.params.foo
print service.params.foo
print hook.req.params.foo
print Hook["input"]["params"]["foo"]
print input.params["foo"]
