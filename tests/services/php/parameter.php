<?php
echo $hook['params']['v'];
