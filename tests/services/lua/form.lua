print(hook.params.a .. " " .. hook.params.b .. " " .. io.read("*a"))
