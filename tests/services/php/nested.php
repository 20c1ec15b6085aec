<?php
echo $hook['params']['a']['b'], "\n";
echo $hook['params']['l'][0], "\n";
echo $hook['params']['l'][1], "\n";
