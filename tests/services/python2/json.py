# -*- coding: utf-8 -*-
from collections import OrderedDict

hook.res.json(OrderedDict([("a", [1, 1.5, True, None]), ("b", u"é \"\n"), ("c", {})]))
