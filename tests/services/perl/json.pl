$hook->res->json({ a => [1, 1.5, \1, undef], b => "é \"\n", c => {} });
