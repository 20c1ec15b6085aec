<?php
$req = $hook['req'];
echo implode("\n", [
    $req['method'],
    $req['url'],
    $req['path'],
    $req['query'],
    $req['headers']['x-a'],
    $req['host'],
    $req['httpVersion'],
    $req['connection']['remoteAddress'],
    $req['id'],
    $req['deadline'],
    $hook['params']['a'],
]), "\n";
