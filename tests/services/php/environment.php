<?php
echo "{$hook['env']['T_A']}|{$hook['env']['REQUEST_METHOD']}|", getenv('HTTP_X_B'), "\n";
