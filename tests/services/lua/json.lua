hook.res:json({ a = { 1, 1.5, true, hook.null }, b = 'é "\n', c = {} })
