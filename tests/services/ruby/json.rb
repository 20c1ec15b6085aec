hook.res.json("a" => [1, 1.5, true, nil], "b" => "é \"\n", "c" => {})
