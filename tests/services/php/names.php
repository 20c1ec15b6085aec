<?php
echo $hook['params']['foo'], "\n";
echo $Hook['params']['foo'], "\n";
echo $service['params']['foo'], "\n";
echo $hook['req']['params']['foo'], "\n";
echo $hook['input']['params']['foo'], "\n";
echo $_GET['foo'], "\n";
echo $_REQUEST['foo'], "\n";
