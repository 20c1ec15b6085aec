hook$res$json(list(a = list(1, 1.5, TRUE, NULL), b = "é \"\n", c = setNames(list(), character())))
