print hook.params.a.b
for item in hook.params.l:
    print item
