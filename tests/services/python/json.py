hook.res.json({"a": [1, 1.5, True, None], "b": 'é "\n', "c": {}})
